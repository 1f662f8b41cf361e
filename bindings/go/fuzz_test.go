// SPDX-License-Identifier: MIT

package icp

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// Whatever bytes a table has, a schema is inferred and all rows are read, or there is an error.
func FuzzReader(f *testing.F) {
	for _, name := range []string{"companies.csv", "events.csv"} {
		text := must(os.ReadFile(golden(name)))(f)
		f.Add(text[:400])
	}
	c := must(NewContext(&ContextOptions{MaxCell: 1 << 16, MaxColumns: 256}))(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := c.InferSchema(ctx, From("fuzz", bytes.NewReader(data)))
		r, again := c.Open(From("fuzz", bytes.NewReader(data)))
		if (err == nil) && again != nil {
			t.Fatal(again)
		}
		if again != nil {
			return
		}
		defer r.Close()
		for {
			b, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			for column := range b.Columns() {
				b.Cell(b.Rows()-1, column)
			}
			b.Close()
		}
		if err != nil {
			return
		}
		text := must(s.JSON())(t)
		back := must(c.SchemaFromJSON(text))(t)
		if !bytes.Equal(text, must(back.JSON())(t)) {
			t.Fatalf("%s is another schema", text)
		}
		back.Close()
		s.Close()
	})
}

// Whatever bytes a model file has, it is refused, or a model that scores and is saved as it was.
func FuzzModelLoad(f *testing.F) {
	file := must(os.ReadFile("testdata/extraction.icp"))(f)
	f.Add(file)
	f.Add(file[:100])
	f.Add(must(os.ReadFile(golden("model-1.icp")))(f))
	f.Add([]byte("ICPMDL\x00\x01"))
	c := must(NewContext(&ContextOptions{MaxMemory: 1 << 20}))(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := c.LoadModel(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer m.Close()
		s := must(must(m.Schema())(t).NewRecord())(t)
		if _, err := must(m.NewScorer(nil))(t).ScoreRecord(s, nil, LayerFit); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(modelBytes(t, m), data) {
			t.Fatal("saved as other bytes")
		}
	})
}

// Whatever texts a record holds, its score is one, its contributions add up to it, and a batch gives the same.
func FuzzRecord(f *testing.F) {
	f.Add("Retail", "51-200", "$1.2M", "Zoë's 株式会社 reliable shop", "PostgreSQL;React")
	f.Add("", "-1", "\xff\xfe", "\x00", "[\"a\",1]")
	c, m, _ := models(f)
	s, schema, r := must(m.NewScorer(nil))(f), must(m.Schema())(f), must(c.NewResult())(f)
	names := []string{"industry", "employees", "annual_revenue", "description", "technologies"}
	f.Fuzz(func(t *testing.T, a, b, d, e, g string) {
		values := []string{a, b, d, e, g}
		record := must(schema.NewRecord())(t)
		defer record.Close()
		for i, name := range names {
			if err := record.Set(name, values[i]); err != nil {
				t.Fatal(err)
			}
		}
		one := must(s.ScoreRecord(record, nil, LayerFit))(t)
		var sum int64
		for _, p := range must(s.Contributions(LayerFit))(t) {
			sum += int64(p.Millipoints)
		}
		if sum != one.Millipoints || one.Score < 200 || one.Score > 759 || one.Score != ScoreOf(sum) || one.Tier != TierOf(sum) || one.Low > one.Score || one.High < one.Score {
			t.Fatalf("%+v, contributions %d", one, sum)
		}
		batch := must(c.BatchOfRows([][]string{append([]string{"domain"}, names...), append([]string{"a.example"}, values...)}))(t)
		defer batch.Close()
		if err := s.Score(batch, r); err != nil {
			t.Fatal(err)
		}
		if got := must(r.Scores(LayerFit))(t)[0]; got != one {
			t.Fatalf("%+v, in a batch %+v", one, got)
		}
	})
}
