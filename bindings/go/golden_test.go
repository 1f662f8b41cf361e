// SPDX-License-Identifier: MIT

package icp

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

var (
	folder = filepath.Join("..", "..", "tests", "golden")
	ctx    = context.Background()
	asOf   = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
)

func golden(name string) string { return filepath.Join(folder, name) }

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func newTestContext(t testing.TB) *Context {
	c := must(NewContext(nil))(t)
	t.Cleanup(func() { c.Close() })
	return c
}

func table_(t testing.TB, name string) [][]string {
	f := must(os.Open(golden(name)))(t)
	defer f.Close()
	return must(csv.NewReader(f).ReadAll())(t)
}

// fitGolden fits the golden model; of events and outcomes the timing layers too.
func fitGolden(t testing.TB, c *Context, companies, customers Input, events []Input, outcomes ...Input) *Model {
	t.Helper()
	world := must(c.BuildReference(ctx, nil, companies))(t)
	defer world.Close()
	options := &FitOptions{}
	if len(events) > 0 {
		options.AsOf = asOf
	}
	m := must(c.Fit(ctx, world, FitData{Customers: []Input{customers}, Events: events, Outcomes: outcomes}, options))(t)
	t.Cleanup(func() { m.Close() })
	return m
}

var once struct {
	sync.Once
	c           *Context
	world       *Reference
	fit, timing *Model
}

// models are those of the golden files, made once.
func models(t testing.TB) (c *Context, fit, timing *Model) {
	once.Do(func() {
		once.c = must(NewContext(nil))(t)
		once.world = must(once.c.BuildReference(ctx, nil, File(golden("companies.csv"))))(t)
		data := FitData{Customers: []Input{File(golden("customers.csv"))}}
		once.fit = must(once.c.Fit(ctx, once.world, data, nil))(t)
		data.Events, data.Outcomes = []Input{File(golden("events.csv"))}, []Input{File(golden("outcomes.csv"))}
		once.timing = must(once.c.Fit(ctx, once.world, data, &FitOptions{AsOf: asOf}))(t)
	})
	if once.timing == nil {
		t.Fatal("the golden models cannot be fitted")
	}
	return once.c, once.fit, once.timing
}

func goldenID(t testing.TB, m *Model, kind string) {
	t.Helper()
	ids := string(must(os.ReadFile(golden("ids.txt")))(t))
	if info := must(m.Info())(t); !strings.Contains("\n"+ids, "\n"+kind+" "+info.ID.String()+"\n") {
		t.Fatalf("id %s of %s is not that of\n%s", info.ID, kind, ids)
	}
}

// scoreAll gives the lines of a table of scores as the golden files have them.
func scoreAll(t testing.TB, s *Scorer, c *Context, in Input, line func(r *Result) [][]int64) [][]string {
	t.Helper()
	var out [][]string
	err := s.ScoreTable(ctx, c, in, func(r *Result) error {
		keys, numbers := must(r.Keys())(t), line(r)
		for i, key := range keys {
			row := []string{key}
			for _, n := range numbers[i] {
				row = append(row, strconv.FormatInt(n, 10))
			}
			out = append(out, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func numbersOf(s Score, timing bool) []int64 {
	out := []int64{int64(s.Score), int64(s.Tier), int64(s.Low), int64(s.High), s.Millipoints, s.Variance, int64(s.Confidence), int64(s.Flags)}
	if timing {
		out = append(out, s.Whole, int64(s.Stale), int64(s.Trend))
	}
	return out
}

func fitLine(t testing.TB) func(r *Result) [][]int64 {
	return func(r *Result) [][]int64 {
		var out [][]int64
		for _, s := range must(r.Scores(LayerFit))(t) {
			out = append(out, numbersOf(s, false))
		}
		return out
	}
}

func timingLine(t testing.TB) func(r *Result) [][]int64 {
	return func(r *Result) [][]int64 {
		intent, retention := must(r.Scores(LayerIntent))(t), must(r.Scores(LayerRetention))(t)
		quadrants := must(r.Int32(LayerIntent, ColQuadrant))(t)
		out := make([][]int64, len(intent))
		for i := range intent {
			out[i] = append(append(numbersOf(intent[i], true), numbersOf(retention[i], true)...), int64(quadrants[i]))
		}
		return out
	}
}

func sameTable(t testing.TB, got, want [][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if a, b := strings.Join(got[i], ","), strings.Join(want[i], ","); a != b {
			t.Fatalf("row %d is\n%s, want\n%s", i+1, a, b)
		}
	}
}

func newTestScorer(t testing.TB, m *Model, o *ScorerOptions) *Scorer {
	t.Helper()
	s := must(m.NewScorer(o))(t)
	t.Cleanup(func() { s.Close() })
	return s
}

func maps(rows [][]string) []map[string]any {
	var out []map[string]any
	for _, row := range rows[1:] {
		m := map[string]any{}
		for k, name := range rows[0] {
			m[name] = row[k]
		}
		out = append(out, m)
	}
	return out
}

func zipped(t testing.TB, path string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(must(os.ReadFile(path))(t))
	if err == nil {
		err = w.Close()
	}
	return must(b.Bytes(), err)(t)
}

func TestEveryKindOfInputGivesTheGoldenScores(t *testing.T) {
	want := table_(t, "scores.csv")[1:]
	stream := func(name string) io.Reader {
		return bytes.NewReader(must(os.ReadFile(golden(name)))(t))
	}
	for name, in := range map[string]func(name string) Input{
		"file":   func(name string) Input { return File(golden(name)) },
		"fs":     func(name string) Input { return FS(os.DirFS(folder), name) },
		"reader": func(name string) Input { return From(name, stream(name)) },
		"one":    func(name string) Input { return From(name, iotest.OneByteReader(stream(name))) },
		"half":   func(name string) Input { return From(name, iotest.HalfReader(stream(name))) },
		"eof":    func(name string) Input { return From(name, iotest.DataErrReader(stream(name))) },
		"gzip":   func(name string) Input { return From(name, bytes.NewReader(zipped(t, golden(name)))) },
		"rows":   func(name string) Input { return Rows(table_(t, name)) },
		"maps":   func(name string) Input { return Maps(maps(table_(t, name))) },
		"batches": func(name string) Input {
			return File(golden(name)).With(ReaderOptions{Format: FormatCSV, Delimiter: ',', RowsPerBatch: 7})
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newTestContext(t)
			m := fitGolden(t, c, in("companies.csv"), in("customers.csv"), nil)
			goldenID(t, m, "model")
			sameTable(t, scoreAll(t, newTestScorer(t, m, &ScorerOptions{Key: "domain"}), c, in("companies.csv"), fitLine(t)), want)
		})
	}
}

func TestABatchFromMemoryGivesTheGoldenScores(t *testing.T) {
	c, m, _ := models(t)
	rows, want := table_(t, "companies.csv"), table_(t, "scores.csv")[1:]
	s, r := newTestScorer(t, m, nil), must(c.NewResult())(t)
	for name, b := range map[string]*Batch{"rows": must(c.BatchOfRows(rows))(t), "maps": must(c.BatchOfMaps(maps(rows)))(t)} {
		if b.Rows() != 1000 || len(b.Columns()) != len(rows[0]) {
			t.Fatalf("%s: %d rows, columns %q", name, b.Rows(), b.Columns())
		}
		if err := s.Score(b, r); err != nil {
			t.Fatal(err)
		}
		for i, score := range must(r.Scores(LayerFit))(t) {
			got := []string{must(r.Keys())(t)[i]}
			for _, n := range numbersOf(score, false) {
				got = append(got, strconv.FormatInt(n, 10))
			}
			sameTable(t, [][]string{got}, want[i:i+1])
		}
		if cell, ok := b.Cell(0, 0); name == "rows" && (cell != rows[1][0] || !ok) {
			t.Fatalf("cell %q", cell)
		}
		if _, ok := b.Cell(0, 99); ok {
			t.Fatal("there is no such cell")
		}
		b.Close()
	}
}

func TestTimingScoresAreExactlyTheGoldenOnes(t *testing.T) {
	c, _, m := models(t)
	goldenID(t, m, "timing")
	a := must(c.ReadAccounts(ctx, m, asOf, nil, File(golden("events.csv"))))(t)
	defer a.Close()
	s := newTestScorer(t, m, &ScorerOptions{Accounts: a})
	sameTable(t, scoreAll(t, s, c, File(golden("companies.csv")), timingLine(t)), table_(t, "timing.csv")[1:])
	sameTable(t, scoreAll(t, newTestScorer(t, m, nil), c, File(golden("companies.csv")), fitLine(t)), table_(t, "scores.csv")[1:])
}

func TestOneRecordGivesExactlyTheScoresOfABatch(t *testing.T) {
	c, _, m := models(t)
	a := must(c.ReadAccounts(ctx, m, asOf, nil, File(golden("events.csv"))))(t)
	defer a.Close()
	schema := must(m.Schema())(t)
	defer schema.Close()
	record := must(schema.NewRecord())(t)
	defer record.Close()
	batch, single := newTestScorer(t, m, &ScorerOptions{Accounts: a}), newTestScorer(t, m, &ScorerOptions{Accounts: a, AsOf: asOf})
	rows, r := table_(t, "companies.csv"), must(c.NewResult())(t)
	b := must(c.BatchOfRows(rows))(t)
	if err := batch.Score(b, r); err != nil {
		t.Fatal(err)
	}
	for _, l := range []Layer{LayerFit, LayerIntent, LayerRetention} {
		all := must(r.Scores(l))(t)
		for i := 1; i < len(rows); i += 10 {
			account, err := a.Account(rows[i][0])
			if err != nil && err.(*Error).Code != ErrNoMatch {
				t.Fatal(err)
			}
			if err := record.Clear(); err != nil {
				t.Fatal(err)
			}
			for k, name := range rows[0] {
				if err := record.Set(name, rows[i][k]); err != nil {
					t.Fatal(err)
				}
			}
			// What invalidated a whole segment is in Accounts, not in an account of its own.
			if got := must(single.ScoreRecord(record, account, l))(t); account != nil && i%20 == 1 && got != all[i-1] {
				t.Fatalf("%s of %s is\n%+v, want\n%+v", l, rows[i][0], got, all[i-1])
			}
			if err := record.SetAll(inOrder(record.Columns(), rows[0], rows[i])); err != nil {
				t.Fatal(err)
			}
			got := must(single.ScoreRecord(record, nil, l))(t)
			if got != all[i-1] {
				t.Fatalf("in one crossing %s is\n%+v, want\n%+v", l, got, all[i-1])
			}
			var sum int64
			for _, p := range must(single.Contributions(l))(t) {
				sum += int64(p.Millipoints)
				if trait := must(m.Trait(p.Trait))(t); trait.Layer != l || (trait.Points != p.Millipoints && l == LayerFit) {
					t.Fatalf("%+v is not what added %d", trait, p.Millipoints)
				}
			}
			if l == LayerFit && sum != got.Millipoints {
				t.Fatalf("contributions add up to %d of %d", sum, got.Millipoints)
			}
			account.Close()
		}
	}
	if causes := string(must(single.Causes(LayerFit))(t)); !strings.Contains(causes, `"version":1`) {
		t.Fatal(causes)
	}
}

// inOrder puts the cells of a row into the order of the columns.
func inOrder(columns, names, row []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		for k, n := range names {
			if n == c {
				out[i] = row[k]
			}
		}
	}
	return out
}

func TestShuffledEventsInTwoFilesGiveTheSameModelAndScores(t *testing.T) {
	rows := table_(t, "events.csv")
	for seed := int64(1); seed <= 3; seed++ {
		shuffled := append([][]string(nil), rows[1:]...)
		rand.New(rand.NewSource(seed)).Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		c := newTestContext(t)
		parts := []Input{Rows(append(rows[:1:1], shuffled[:2000]...)), Rows(append(rows[:1:1], shuffled[2000:]...))}
		m := fitGolden(t, c, File(golden("companies.csv")), File(golden("customers.csv")), parts, File(golden("outcomes.csv")))
		goldenID(t, m, "timing")
		a := must(c.ReadAccounts(ctx, m, asOf, nil, parts...))(t)
		sameTable(t, scoreAll(t, newTestScorer(t, m, &ScorerOptions{Accounts: a}), c, File(golden("companies.csv")), timingLine(t)), table_(t, "timing.csv")[1:])
		a.Close()
	}
}

func TestAModelOfTheFirstReleaseScoresAsThen(t *testing.T) {
	c := newTestContext(t)
	m := must(c.LoadModelFile(golden("model-1.icp")))(t)
	defer m.Close()
	sameTable(t, scoreAll(t, newTestScorer(t, m, nil), c, File(golden("companies.csv")), fitLine(t)), table_(t, "scores-1.csv")[1:])
}

func TestAReferenceInPartsIsTheSame(t *testing.T) {
	c, rows := newTestContext(t), table_(t, "companies.csv")
	whole := must(c.BuildReference(ctx, &ReferenceOptions{Key: "domain", Seed: 7}, Rows(rows)))(t)
	want := must(whole.Info())(t)
	if want.Companies != 1000 || want.Key != "domain" || want.Seed != 7 || want.RowsRead != 1000 {
		t.Fatalf("%+v", want)
	}
	for seed := int64(1); seed <= 5; seed++ {
		random := rand.New(rand.NewSource(seed))
		shuffled := append([][]string(nil), rows[1:]...)
		random.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		cut := random.Intn(999) + 1
		var parts []*Reference
		for _, part := range [][][]string{shuffled[:cut], shuffled[cut:]} {
			parts = append(parts, must(c.BuildReference(ctx, &ReferenceOptions{Key: "domain", Seed: 7}, Rows(append(rows[:1:1], part...))))(t))
		}
		merged := must(c.MergeReferences(parts...))(t)
		var file bytes.Buffer
		if err := merged.Save(&file); err != nil {
			t.Fatal(err)
		}
		again := must(c.LoadReference(&file))(t)
		if got := must(again.Info())(t); got.ID != want.ID {
			t.Fatalf("cut at %d: %s, want %s", cut, got.ID, want.ID)
		}
	}
	b := must(c.NewReferenceBuilder(&ReferenceOptions{Key: "domain", Seed: 7}))(t)
	if err := b.AddBatch(must(c.BatchOfRows(rows))(t)); err != nil {
		t.Fatal(err)
	}
	if got := must(must(b.Finish())(t).Info())(t); got.ID != want.ID {
		t.Fatal("a batch gives another reference")
	}
}
