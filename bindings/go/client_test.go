// SPDX-License-Identifier: MIT

package icp

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func golden(t *testing.T) []Score {
	f, err := os.Open(filepath.Join("..", "..", "tests", "golden", "scores.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []Score
	for _, line := range lines[1:] {
		s := Score{Key: line[0]}
		for i, at := range []*int64{&s.Score, &s.Tier, &s.Low, &s.High, &s.Millipoints, &s.Variance, &s.Confidence, &s.Flags} {
			if *at, err = strconv.ParseInt(line[i+1], 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, s)
	}
	return out
}

func TestScoresAreExactlyTheGoldenOnes(t *testing.T) {
	folder := filepath.Join("..", "..", "tests", "golden")
	got, err := FitAndScore(filepath.Join(folder, "companies.csv"), filepath.Join(folder, "customers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := golden(t)
	if len(got) != len(want) || len(want) != 1000 {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("row %d: got %+v, want %+v", i+1, got[i], want[i])
		}
	}
}

func TestAnErrorHasCodeAndPlace(t *testing.T) {
	_, err := FitAndScore(filepath.Join(t.TempDir(), "absent.csv"), "x")
	var e *Error
	if !errors.As(err, &e) || e.Code != 3 || filepath.Base(e.Source) != "absent.csv" {
		t.Fatalf("got %v", err)
	}
}
