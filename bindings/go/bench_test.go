// SPDX-License-Identifier: MIT

package icp

import (
	"os"
	"syscall"
	"testing"
)

// spent is the processor time of the process in nanoseconds: unlike the time that passes, it can be compared on a busy machine.
func spent() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// measure reports the processor time of each of the rows that a turn scores.
func measure(b *testing.B, rows int, turn func()) {
	b.ReportAllocs()
	b.ResetTimer()
	start := spent()
	for i := 0; i < b.N; i++ {
		turn()
	}
	b.ReportMetric((spent()-start)/float64(b.N*rows), "cpu-ns/row")
}

// What one crossing costs; a record's score is many times that.
func BenchmarkCrossing(b *testing.B) {
	measure(b, 1, func() { QuadrantOf(Good, Good) })
}

func benchRecord(b *testing.B) (*Scorer, *Record, []string) {
	_, m, _ := models(b)
	rows := table_(b, "companies.csv")
	record := must(must(m.Schema())(b).NewRecord())(b)
	cells := inOrder(record.Columns(), rows[0], rows[2])
	if err := record.SetAll(cells); err != nil {
		b.Fatal(err)
	}
	return must(m.NewScorer(nil))(b), record, cells
}

func benchOne(b *testing.B, s *Scorer, r *Record) {
	if _, err := s.ScoreRecord(r, nil, LayerFit); err != nil {
		b.Fatal(err)
	}
}

// A record that is filled already.
func BenchmarkScoreRecord(b *testing.B) {
	s, record, _ := benchRecord(b)
	measure(b, 1, func() { benchOne(b, s, record) })
}

// Filled in one crossing, and scored.
func BenchmarkSetAllAndScoreRecord(b *testing.B) {
	s, record, cells := benchRecord(b)
	measure(b, 1, func() {
		if err := record.SetAll(cells); err != nil {
			b.Fatal(err)
		}
		benchOne(b, s, record)
	})
}

// Filled column by column, and scored.
func BenchmarkSetAndScoreRecord(b *testing.B) {
	s, record, cells := benchRecord(b)
	columns := record.Columns()
	measure(b, 1, func() {
		for k, c := range columns {
			if err := record.Set(c, cells[k]); err != nil {
				b.Fatal(err)
			}
		}
		benchOne(b, s, record)
	})
}

// 1,000 rows that lie in a batch.
func BenchmarkScoreBatch(b *testing.B) {
	c, m, _ := models(b)
	batch := must(c.BatchOfRows(table_(b, "companies.csv")))(b)
	s, r := must(m.NewScorer(nil))(b), must(c.NewResult())(b)
	var scores []Score
	measure(b, batch.Rows(), func() {
		err := s.Score(batch, r)
		if err == nil {
			scores, err = r.AppendScores(scores[:0], LayerFit)
		}
		if err != nil {
			b.Fatal(err)
		}
	})
}

// The same with the batch made of rows each time.
func BenchmarkBatchOfRowsAndScore(b *testing.B) {
	c, m, _ := models(b)
	rows := table_(b, "companies.csv")
	s, r := must(m.NewScorer(nil))(b), must(c.NewResult())(b)
	measure(b, len(rows)-1, func() {
		batch := must(c.BatchOfRows(rows))(b)
		if err := s.Score(batch, r); err != nil {
			b.Fatal(err)
		}
		batch.Close()
	})
}

// A file, read by the library, and the same bytes through an io.Reader.
func BenchmarkScoreFile(b *testing.B) {
	benchTable(b, func() Input { return File(golden("companies.csv")) })
}
func BenchmarkScoreReader(b *testing.B) {
	benchTable(b, func() Input { return FS(os.DirFS(folder), "companies.csv") })
}

func benchTable(b *testing.B, in func() Input) {
	c, m, _ := models(b)
	s := must(m.NewScorer(nil))(b)
	measure(b, 1000, func() {
		if err := s.ScoreTable(ctx, c, in(), func(*Result) error { return nil }); err != nil {
			b.Fatal(err)
		}
	})
}
