// SPDX-License-Identifier: MIT

package icp

import (
	"encoding/csv"
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var (
	folder    = filepath.Join("..", "..", "tests", "golden")
	companies = filepath.Join(folder, "companies.csv")
	customers = filepath.Join(folder, "customers.csv")
)

// 2024-01-01.
const asOf = int64(19723) * 86400 * 1000000

func table(t *testing.T, name string) [][]string {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func parse(t *testing.T, text []string, at ...*int64) {
	var err error
	for i := range at {
		if *at[i], err = strconv.ParseInt(text[i], 10, 64); err != nil {
			t.Fatal(err)
		}
	}
}

func golden(t *testing.T) []Score {
	var out []Score
	for _, line := range table(t, "scores.csv")[1:] {
		s := Score{Key: line[0]}
		parse(t, line[1:], &s.Score, &s.Tier, &s.Low, &s.High, &s.Millipoints, &s.Variance, &s.Confidence, &s.Flags)
		out = append(out, s)
	}
	return out
}

func goldenTiming(t *testing.T) []TimingScore {
	var out []TimingScore
	for _, line := range table(t, "timing.csv")[1:] {
		s := TimingScore{Key: line[0]}
		for i, l := range []*LayerScore{&s.Intent, &s.Retention} {
			parse(t, line[1+11*i:], &l.Score, &l.Tier, &l.Low, &l.High, &l.Millipoints, &l.Variance, &l.Confidence, &l.Flags,
				&l.Whole, &l.Stale, &l.Trend)
		}
		parse(t, line[23:], &s.Quadrant)
		out = append(out, s)
	}
	return out
}

func same[T comparable](t *testing.T, got, want []T, rows int) {
	t.Helper()
	if len(got) != len(want) || len(want) != rows {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("row %d: got %+v, want %+v", i+1, got[i], want[i])
		}
	}
}

// Of the model fitted with these files of events; its id is the golden one.
func fitTiming(t *testing.T, events ...string) *Timing {
	ids, err := os.ReadFile(filepath.Join(folder, "ids.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := FitTiming(companies, customers, History{events, []string{filepath.Join(folder, "outcomes.csv")}, asOf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	if id, err := m.ID(); err != nil || !strings.Contains(string(ids), "\ntiming "+id+"\n") {
		t.Fatalf("id %s, want that of %s (%v)", id, ids, err)
	}
	return m
}

func TestScoresAreExactlyTheGoldenOnes(t *testing.T) {
	got, err := FitAndScore(companies, customers)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, golden(t), 1000)
}

func TestTimingScoresAreExactlyTheGoldenOnes(t *testing.T) {
	m := fitTiming(t, filepath.Join(folder, "events.csv"))
	got, err := m.Score(companies)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, goldenTiming(t), 1000)
	fit, err := m.ScoreFit(companies) // nothing here changes a fit score
	if err != nil {
		t.Fatal(err)
	}
	same(t, fit, golden(t), 1000)
}

func TestSingleAccountsScoreExactlyTheSame(t *testing.T) {
	m := fitTiming(t, filepath.Join(folder, "events.csv"))
	lines, all := table(t, "companies.csv"), goldenTiming(t)
	var got, want []TimingScore
	for i := 0; i < len(all); i += 20 {
		row := map[string]string{}
		for k, name := range lines[0] {
			row[name] = lines[i+1][k]
		}
		s, err := m.ScoreAccount(row["domain"], row)
		if err != nil {
			t.Fatal(err)
		}
		got, want = append(got, s), append(want, all[i])
	}
	same(t, got, want, 50)
}

func TestShuffledEventsInTwoFilesGiveTheSameModelAndScores(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(folder, "events.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	header, rows := lines[0], lines[1:]
	rand.New(rand.NewSource(1)).Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	parts := []string{filepath.Join(t.TempDir(), "a.csv"), filepath.Join(t.TempDir(), "b.csv")}
	for i, some := range [][]string{rows[:2000], rows[2000:]} {
		if err := os.WriteFile(parts[i], []byte(header+strings.Join(some, "")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := fitTiming(t, parts...).Score(companies)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, goldenTiming(t), 1000)
}

func TestAnErrorHasCodeAndPlace(t *testing.T) {
	_, err := FitAndScore(filepath.Join(t.TempDir(), "absent.csv"), "x")
	var e *Error
	if !errors.As(err, &e) || e.Code != 3 || filepath.Base(e.Source) != "absent.csv" {
		t.Fatalf("got %v", err)
	}
}
