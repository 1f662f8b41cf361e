// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

import "strings"

// Tier is a range of scores; its edges are 339, 445, 551 and 657: ratios 1/8, 1/2, 2 and 8.
type Tier int32

// The tiers.
const (
	VeryPoor  Tier = C.ICP_TIER_VERY_POOR // below 339
	Poor      Tier = C.ICP_TIER_POOR      // 339 to 444
	Fair      Tier = C.ICP_TIER_FAIR      // 445 to 550
	Good      Tier = C.ICP_TIER_GOOD      // 551 to 656
	Excellent Tier = C.ICP_TIER_EXCELLENT // 657 and above
)

// String is the name as in reports.
func (t Tier) String() string {
	return name(int32(t), "?", "Very Poor", "Poor", "Fair", "Good", "Excellent")
}

// TierOf is the tier of so many milli-points; it always agrees with ScoreOf.
func TierOf(millipoints int64) Tier {
	return Tier(C.icp_tiers_tier(C.icp_tiers_default(), C.int64_t(millipoints)))
}

// ScoreOf is the displayed score of so many milli-points, 200 to 759.
func ScoreOf(millipoints int64) int32 {
	return int32(C.icp_tiers_score(C.icp_tiers_default(), C.int64_t(millipoints)))
}

// Confidence is the chance that the tier holds, in four steps (doc/score.md).
type Confidence int32

// The steps.
const (
	Insufficient     Confidence = C.ICP_CONFIDENCE_INSUFFICIENT // below 40%
	LowConfidence    Confidence = C.ICP_CONFIDENCE_LOW          // 40% and above
	MediumConfidence Confidence = C.ICP_CONFIDENCE_MEDIUM       // 60% and above
	HighConfidence   Confidence = C.ICP_CONFIDENCE_HIGH         // 80% and above
)

// String is the name as in reports.
func (c Confidence) String() string {
	return name(int32(c), "?", "Insufficient", "Low", "Medium", "High")
}

// Flags are causes and warnings of one score, as bits.
type Flags uint64

// The flags.
const (
	FlagFewCustomers         Flags = C.ICP_FLAG_FEW_CUSTOMERS         // the model was fitted below the minimum
	FlagIntervalUncalibrated Flags = C.ICP_FLAG_INTERVAL_UNCALIBRATED // the interval's width could not be checked
	FlagThin                 Flags = C.ICP_FLAG_THIN                  // fewer than 15 effective customers, and confidence is not High
	FlagHighOnThin           Flags = C.ICP_FLAG_HIGH_ON_THIN          // Good or better with fewer than 15 effective customers
	FlagMissing              Flags = C.ICP_FLAG_MISSING               // columns that make up more than half of the model's evidence are unknown
	FlagNothingKnown         Flags = C.ICP_FLAG_NOTHING_KNOWN         // no column is known: the score is 498
	FlagOutOfRange           Flags = C.ICP_FLAG_OUT_OF_RANGE          // a number lies outside what the reference holds
	FlagUnreadable           Flags = C.ICP_FLAG_UNREADABLE            // a cell could not be read and counts as unknown
	FlagListedShareHigh      Flags = C.ICP_FLAG_LISTED_SHARE_HIGH     // more than 1/8 of the reference are customers
	FlagAssumed              Flags = C.ICP_FLAG_ASSUMED               // a surge test, not learned
	FlagStale                Flags = C.ICP_FLAG_STALE                 // most of the events behind the score are older than three half-lives
	FlagInvalidated          Flags = C.ICP_FLAG_INVALIDATED           // an invalidating event discounts what came before it
	FlagFlagged              Flags = C.ICP_FLAG_FLAGGED               // somebody raised a flag, and it is open
	FlagReviewOverdue        Flags = C.ICP_FLAG_REVIEW_OVERDUE        // the card's date of review is past
	FlagCalibrationOverdue   Flags = C.ICP_FLAG_CALIBRATION_OVERDUE   // the card's date of calibration is past
	FlagChanged              Flags = C.ICP_FLAG_CHANGED               // product, positioning or market changed after the fit
	FlagEdited               Flags = C.ICP_FLAG_EDITED                // points of the model were changed by hand
)

var flagNames = [...]string{"few_customers", "interval_uncalibrated", "thin", "high_on_thin", "missing_traits", "nothing_known", "out_of_range", "unreadable",
	"listed_share_high", "assumed", "stale", "invalidated", "flagged", "review_overdue", "calibration_overdue", "changed", "edited"}

// Has tells whether all of these are set.
func (f Flags) Has(all Flags) bool { return f&all == all }

// String is the list of the names, with semicolons, as the command writes it.
func (f Flags) String() string {
	var names []string
	for i, n := range flagNames {
		if f>>i&1 != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ";")
}

// Quadrant is where fit and intent meet.
type Quadrant int32

// The quadrants.
const (
	LowPriority Quadrant = C.ICP_QUADRANT_LOW         // neither
	Investigate Quadrant = C.ICP_QUADRANT_INVESTIGATE // strong signals outside the profile
	Early       Quadrant = C.ICP_QUADRANT_EARLY       // fits, silent
	Pursue      Quadrant = C.ICP_QUADRANT_PURSUE      // fits and is in motion
)

// String is the name as the command writes it.
func (q Quadrant) String() string {
	return name(int32(q), "?", "low", "investigate", "early", "pursue")
}

// QuadrantOf is the quadrant of two tiers.
func QuadrantOf(fit, intent Tier) Quadrant {
	return Quadrant(C.icp_quadrant_of(C.int32_t(fit), C.int32_t(intent)))
}

// TrendUnknown is a trend that is not known.
const TrendUnknown = C.ICP_TREND_UNKNOWN

// Score is the score of one company in one layer; all of it whole numbers.
type Score struct {
	Layer          Layer
	Score          int32 // 200 to 759
	Tier           Tier
	Low            int32 // score at the low end of the 90% interval
	High           int32
	Millipoints    int64 // evidence: 53,000 double the ratio; not saturated
	Variance       int64 // half width of the interval squared, milli-points squared
	Confidence     Confidence
	Holds          int32 // chance that the tier holds, thousandths
	Flags          Flags
	Effective      int64  // effective number of customers, thousandths
	Whole          int64  // timing: milli-points as if nothing was invalidated; else Millipoints
	Stale          int32  // timing: share of the decayed events that is stale, thousandths; -1 = there are none, or another layer
	Trend          int32  // timing: log2 of the recent rate of events over the account's own before, thousandths; else TrendUnknown
	EffectiveTier  Tier   // the tier that counts: the override's, else Tier
	OverrideNumber uint64 // the ledger's entry of the override; 0 = none
}
