// SPDX-License-Identifier: MIT

package icp

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// parsed is a report of version 1.
func parsed(t testing.TB) func(report json.RawMessage, err error) map[string]any {
	return func(report json.RawMessage, err error) map[string]any {
		t.Helper()
		var out map[string]any
		if err == nil {
			err = json.Unmarshal(report, &out)
		}
		if err != nil || len(out) == 0 {
			t.Fatalf("%s: %v", report, err)
		}
		if v, ok := out["version"]; ok && v != 1.0 {
			t.Fatalf("version %v", v)
		}
		return out
	}
}

func TestEveryReportIsGiven(t *testing.T) {
	c, m, timing := models(t)
	companies := File(golden("companies.csv"))
	rows := table_(t, "companies.csv")
	half := Rows(rows[:501])
	a := must(c.ReadAccounts(ctx, timing, asOf, &EventColumns{Key: "domain", Type: "type", Time: "time", Value: "amount"}, File(golden("events.csv"))))(t)
	defer a.Close()
	f := must(c.NewFit(once.world, &FitOptions{AsOf: asOf, Protect: []string{"phone*"}}))(t)
	defer f.Close()
	for _, err := range []error{f.AddCustomers(ctx, File(golden("customers.csv"))), f.AddUniverse(ctx, companies), f.AddExcluded(ctx, Rows([][]string{{"domain"}, {"bluehub1.example"}})),
		f.AddEvents(ctx, File(golden("events.csv")), nil), f.AddOutcomes(ctx, File(golden("outcomes.csv")), nil),
		f.AddEvent("bluehub1.example", Event{Type: "login", Time: asOf.AddDate(0, -1, 0), Value: 3, Valued: true}),
		f.AddOutcome("bluehub1.example", Event{Type: "converted", Time: asOf.AddDate(0, -1, 0)})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := half
	var lines bytes.Buffer
	gates := parsed(t)(c.CheckGates(ctx, m, &GatesOptions{Published: m, Rows: &companies, Gates: []byte(`{"same_reference":true}`)}))
	if gates["passed"] != true {
		t.Fatal(gates)
	}
	for name, report := range map[string]map[string]any{
		"audit":        parsed(t)(f.Audit(ctx)),
		"matches":      parsed(t)(f.Matches()),
		"events":       parsed(t)(f.Events()),
		"summary":      parsed(t)(m.Summary()),
		"standing":     parsed(t)(m.Standing(nil, asOf)),
		"accounts":     parsed(t)(a.Report()),
		"stale":        parsed(t)(a.Audit(LayerIntent)),
		"drift":        parsed(t)(c.Drift(ctx, m, half, nil)),
		"drift before": parsed(t)(c.Drift(ctx, timing, companies, &DriftOptions{Before: &before, FalseAlarmMicro: 10000, Accounts: a, AccountsBefore: a})),
		"segments":     parsed(t)(c.Segments(ctx, m, &SegmentsOptions{Rows: &companies, By: []string{"industry"}, Most: 5})),
		"stored":       parsed(t)(c.Segments(ctx, m, nil)),
		"calibration": parsed(t)(c.Calibrate(ctx, timing, companies, []Input{File(golden("outcomes.csv"))}, &CalibrateOptions{Layer: LayerIntent, Accounts: a, AsOf: asOf.AddDate(1, 0, 0),
			Scored: asOf, BaseMicro: 50000, OutcomeColumns: &EventColumns{Key: "domain", Type: "outcome", Time: "date"}})),
		"diff": parsed(t)(c.Diff(ctx, m, timing, companies, &DiffOptions{Rows: &lines, Top: 3, Layer: LayerFit})),
	} {
		if len(report) < 2 {
			t.Fatalf("%s: %v", name, report)
		}
	}
	if table := must(csv.NewReader(&lines).ReadAll())(t); len(table) != 1001 {
		t.Fatalf("%d rows of the difference", len(table))
	}
	_, err := c.Diff(ctx, m, timing, companies, &DiffOptions{Rows: &broken{err: errDisk}})
	if wants(t, err, ErrIO).Err != errDisk {
		t.Fatal(err)
	}
	_, err = c.CheckGates(ctx, m, &GatesOptions{Gates: []byte("{\n\"no\"}")})
	if e := wants(t, err, ErrFormat); e.Line != 2 {
		t.Fatalf("%+v", e)
	}
	if d := must(once.world.Schema())(t); len(must(d.Columns())(t)) != len(rows[0]) {
		t.Fatal("columns are missing")
	}
}

func TestAModelTellsWhatItIs(t *testing.T) {
	c, m, timing := models(t)
	info := must(timing.Info())(t)
	if fmt.Sprint(info.Layers) != "[fit intent retention]" || info.Customers == 0 || info.Companies != 1000 || info.ParentID != (ID{}) || info.ReferenceID != must(once.world.Info())(t).ID {
		t.Fatalf("%+v", info)
	}
	traits := must(timing.Traits())(t)
	if len(traits) != info.Traits {
		t.Fatalf("%d traits", len(traits))
	}
	for i, trait := range traits {
		if found, ok := timing.FindTrait(trait.Layer, trait.ID); !ok || found != i || trait.Column == "" {
			t.Fatalf("%d is found as %d: %+v", i, found, trait)
		}
	}
	if _, ok := m.FindTrait(LayerFit, "no such"); ok {
		t.Fatal("there is no such trait")
	}
	for _, l := range info.Layers[1:] {
		layer, signals := must(timing.Layer(l))(t), must(timing.Signals(l))(t)
		if layer.Key != "domain" || len(signals) != layer.Signals || len(signals) == 0 {
			t.Fatalf("%+v %+v", layer, signals)
		}
		for _, s := range signals {
			if s.Type == "" || s.Events == 0 || s.StaleDays != 3*s.HalfLifeDays || s.Newest.After(asOf) {
				t.Fatalf("%+v", s)
			}
		}
	}
	path := t.TempDir() + "/model.icp"
	if err := m.SaveFile(path); err != nil {
		t.Fatal(err)
	}
	again := must(c.LoadModelFile(path))(t)
	if !bytes.Equal(must(os.ReadFile(path))(t), modelBytes(t, again)) {
		t.Fatal("other bytes")
	}
}

func TestACardDecisionsAndAnEdit(t *testing.T) {
	c, m, _ := models(t)
	carded := must(m.WithCard([]byte(`{"owner":"Jane","review":{"every_days":30,"last":"2026-01-01"},"playbook":{"pursue":"call"}}`)))(t)
	if card := string(must(carded.Card())(t)); !strings.Contains(card, "Jane") {
		t.Fatal(card)
	}
	if standing := string(must(carded.Standing(nil, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)))(t)); !strings.Contains(standing, "overdue") {
		t.Fatal(standing)
	}
	override := `{"entries":[{"number":7,"time":1,"entry":{"kind":"override","scope":"company","author":"Jane","key":"bluehub1.example","tier":"Excellent","reason":"context","text":"signed",
		"authority":"VP","expiry":"2030-01-01"}}]}`
	d := must(c.DecisionsFromJSON([]byte(override), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)))(t)
	if again := must(c.DecisionsFromJSON(must(d.JSON())(t), asOf)); again == nil {
		t.Fatal("cannot be read again")
	}
	s := newTestScorer(t, carded, &ScorerOptions{Decisions: d, Reasons: 4})
	r := must(c.NewResult())(t)
	if err := s.Score(must(c.BatchOfRows(table_(t, "companies.csv")[:4]))(t), r); err != nil {
		t.Fatal(err)
	}
	scores := must(r.Scores(LayerFit))(t)
	if o := scores[1]; o.EffectiveTier != Excellent || o.OverrideNumber != 7 || o.Tier == Excellent || !o.Flags.Has(FlagReviewOverdue) || scores[0].OverrideNumber != 0 {
		t.Fatalf("%+v", scores)
	}
	if texts := must(r.Text(LayerFit, ColOverride))(t); texts[0] != "" || !strings.Contains(texts[1], "Jane") {
		t.Fatalf("%q", texts)
	}
	reasons, points := must(r.Int32(LayerFit, ColReasonTraits))(t), must(r.Int32(LayerFit, ColReasonPoints))(t)
	if len(reasons) != 3*4 || len(points) != 3*4 {
		t.Fatalf("%v %v", reasons, points)
	}
	for i := range reasons {
		if trait := reasons[i]; trait >= 0 && must(carded.Trait(int(trait)))(t).Points != points[i] {
			t.Fatalf("trait %d gave %d", trait, points[i])
		}
	}
	trait := must(m.Trait(int(reasons[0])))(t)
	edited := must(m.Edit(once.world, []byte(`{"author":"Jane","reason":"test","edits":[{"trait":`+string(must(json.Marshal(trait.ID))(t))+`,"points":1234}]}`)))(t)
	info := must(edited.Info())(t)
	if got := must(edited.Trait(int(reasons[0])))(t); got.Points != 1234 || got.LearnedPoints != trait.Points || info.ParentID != must(m.Info())(t).ID || info.Flags&ModelEdited == 0 {
		t.Fatalf("%+v %+v", got, info)
	}
	other := must(c.BuildReference(ctx, &ReferenceOptions{Seed: 3}, File(golden("companies.csv"))))(t)
	_, err := m.Edit(other, []byte(`{"author":"J","reason":"x","edits":[]}`))
	wants(t, err, ErrReference)
}

func TestAModelIsOneSelect(t *testing.T) {
	_, m, _ := models(t)
	seen := map[string]bool{}
	for _, dialect := range []Dialect{DuckDB, Postgres, Snowflake, BigQuery, SQLite} {
		query := must(m.SQL(&SQLOptions{Dialect: dialect, Table: "crm.accounts", Key: "domain", Partial: true}))(t)
		if !strings.Contains(query, "fit_partial_score") || !strings.Contains(query, "accounts") || seen[query] {
			t.Fatalf("dialect %d: %.300s", dialect, query)
		}
		seen[query] = true
	}
	_, err := m.SQL(nil)
	wants(t, err, ErrUnsupported)
	if !strings.Contains(err.Error(), "open_positions") {
		t.Fatal(err)
	}
	_, err = m.SQL(&SQLOptions{Dialect: 99})
	wants(t, err, ErrUnsupported)
	_, err = m.SQL(&SQLOptions{Key: "no\x00name"})
	wants(t, err, ErrArgument)
}

func TestADistributionCounts(t *testing.T) {
	c, m, _ := models(t)
	stored := must(must(m.Distribution(LayerFit, WhoReference))(t).Spread())(t)
	if stored.Companies == 0 || stored.Tiers[0] != 0 {
		t.Fatalf("%+v", stored)
	}
	own, one := must(c.NewDistribution())(t), must(c.NewDistribution())(t)
	var sum [6]uint64
	err := newTestScorer(t, m, nil).ScoreTable(ctx, c, File(golden("companies.csv")), func(r *Result) error {
		for _, s := range must(r.Scores(LayerFit))(t) {
			sum[s.Tier]++
			if s.Score != ScoreOf(s.Millipoints) || s.Tier != TierOf(s.Millipoints) {
				t.Fatalf("%+v", s)
			}
			if err := one.AddScore(s.Score); err != nil {
				return err
			}
		}
		return own.Add(r, LayerFit)
	})
	if err != nil {
		t.Fatal(err)
	}
	all := must(own.Spread())(t)
	if all.Companies != 1000 || all.Tiers != sum || all != must(one.Spread())(t) {
		t.Fatalf("%+v, tiers %v", all, sum)
	}
	if err := own.Merge(one); err != nil || must(own.Spread())(t).Companies != 2000 {
		t.Fatal(err)
	}
	wants(t, own.AddScore(199), ErrArgument)
	wants(t, own.AddScore(760), ErrArgument)
}

func TestNamesAreThoseOfTheCommand(t *testing.T) {
	for got, want := range map[string]string{
		fmt.Sprint(VeryPoor, Poor, Fair, Good, Excellent, Tier(9)): "Very Poor Poor Fair Good Excellent ?", fmt.Sprint(LowConfidence, Confidence(-1)): "Low ?",
		(FlagThin | FlagEdited).String(): "thin;edited", Flags(0).String(): "", QuadrantOf(Good, Good).String(): "pursue", QuadrantOf(Good, Poor).String(): "early",
		QuadrantOf(Poor, Good).String(): "investigate", KindList.String(): "list", FamilyHiring.String(): "hiring", Version(): "0.1.0"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAnAccountIsKeptUpEventByEvent(t *testing.T) {
	_, _, m := models(t)
	events := []Event{{Type: "login", Time: asOf.AddDate(0, 0, -40)}, {Type: "support ticket", Time: asOf.AddDate(0, 0, -3)}, {Type: "login", Time: asOf.AddDate(0, 0, -7), Value: 5, Valued: true}}
	var want []byte
	for turn := range events {
		a := must(m.NewAccount())(t)
		for i := range events {
			if err := a.Add(events[(turn+i)%len(events)]); err != nil {
				t.Fatal(err)
			}
		}
		saved := must(a.Bytes())(t)
		if want == nil {
			want = append(want, saved...)
		}
		loaded := must(m.LoadAccount(saved))(t)
		if !bytes.Equal(saved, want) || !bytes.Equal(must(loaded.Bytes())(t), want) {
			t.Fatal("the order of events shows")
		}
		saved[len(saved)/2] ^= 1
		_, err := m.LoadAccount(saved)
		wants(t, err, ErrChecksum)
		wants(t, a.Add(Event{Time: asOf}), ErrArgument)
		wants(t, a.Add(Event{Type: "login"}), ErrArgument)
	}
}
