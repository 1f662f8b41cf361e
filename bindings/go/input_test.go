// SPDX-License-Identifier: MIT

package icp

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"
)

func TestASchemaIsEditedAndGivenBack(t *testing.T) {
	c := newTestContext(t)
	s := must(c.InferSchema(ctx, File(golden("companies.csv"))))(t)
	text := must(s.JSON())(t)
	again := must(c.SchemaFromJSON(text))(t)
	if string(must(again.JSON())(t)) != string(text) {
		t.Fatal("another schema")
	}
	kept := must(must(s.Keep("industry", "Tech*"))(t).Columns())(t)
	for _, column := range kept {
		used := column.Kind != KindIgnored
		if want := column.Name == "domain" || column.Name == "industry" || column.Name == "technologies"; used != want {
			t.Fatalf("%+v", column)
		}
	}
	for _, column := range must(must(s.Drop("industry"))(t).Columns())(t) {
		if (column.Kind == KindIgnored) != (column.Name == "industry") && column.Name == "industry" {
			t.Fatalf("%+v", column)
		}
	}
	_, err := s.Keep("no such")
	wants(t, err, ErrSchema)
}

// Texts of all the world come back as they went in, through every way in.
func TestUnicodeAndHostileTextsComeBack(t *testing.T) {
	c := newTestContext(t)
	texts := []string{"Zoë", "株式会社", "مرحبا", "👩‍👩‍👧", "a\u0301", "quote\"comma,semi;tab\tend", "line\nbreak\r\nmore", `back\slash`, "\u2028", "{\"json\":1}", "[1]", "null", "'", "\x01\x1f", " "}
	for seed := int64(0); seed < 20; seed++ {
		random := rand.New(rand.NewSource(seed))
		var b strings.Builder
		for i := 0; i < 30; i++ {
			if r := rune(random.Intn(utf8.MaxRune)); utf8.ValidRune(r) && r != 0 {
				b.WriteRune(r)
			}
		}
		texts = append(texts, b.String())
	}
	rows := [][]string{{"Schlüssel", "текст", "empty"}}
	for _, text := range texts {
		rows = append(rows, []string{"k", text, ""})
	}
	batches := map[string]*Batch{"rows": must(c.BatchOfRows(rows))(t)}
	r := must(c.Open(Rows(rows)))(t)
	batches["reader"] = must(r.Next())(t)
	if _, err := r.Next(); err != io.EOF {
		t.Fatal(err)
	}
	for name, b := range batches {
		if names := b.Columns(); strings.Join(names, "|") != strings.Join(rows[0], "|") {
			t.Fatalf("%s: %q", name, names)
		}
		for i, want := range texts {
			got, ok := b.Cell(i, 1)
			if strings.TrimSpace(got) != strings.TrimSpace(want) || !ok {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
}

func TestEmptyTables(t *testing.T) {
	c, m, _ := models(t)
	names := table_(t, "companies.csv")[:1]
	s := newTestScorer(t, m, nil)
	rows := 0
	for _, in := range []Input{Rows(names), From("headers", strings.NewReader(strings.Join(names[0], ",")))} {
		if err := s.ScoreTable(ctx, c, in, func(r *Result) error { rows += r.Rows(); return nil }); err != nil || rows != 0 {
			t.Fatalf("%d rows, %v", rows, err)
		}
	}
	r := must(c.NewResult())(t)
	_, err := r.Scores(LayerFit)
	wants(t, err, ErrState)
	b := must(c.BatchOfRows(names))(t)
	if err := s.Score(b, r); err != nil || b.Rows() != 0 {
		t.Fatal(err)
	}
	if scores, keys := must(r.Scores(LayerFit))(t), must(r.Keys())(t); len(scores)+len(keys) != 0 {
		t.Fatal(scores, keys)
	}
	if n := len(must(r.Int64(LayerFit, ColFlags))(t)); n != 0 {
		t.Fatal(n)
	}
	_, err = c.BatchOfMaps(nil)
	wants(t, err, ErrFormat)
	_, err = c.BatchOfMaps([]map[string]any{{}})
	wants(t, err, ErrFormat)
	_, err = c.BuildReference(ctx, nil, Rows([][]string{{"domain"}}))
	wants(t, err, ErrKey)
	_, err = c.Drift(ctx, m, Rows(names), nil)
	wants(t, err, ErrTooFew)
}

func TestValuesOfAllTypes(t *testing.T) {
	c := newTestContext(t)
	day := time.Date(2024, 2, 29, 12, 0, 0, 5000, time.FixedZone("", 7200))
	for want, value := range map[string]any{"": nil, "true": true, "12": 12, "-7": int8(-7), "18446744073709551615": uint64(math.MaxUint64), "0.1": float32(0.1), "1000000": 1e6, "0.25": 0.25,
		"2024-02-29T10:00:00.000005Z": day, `["a","b\""]`: []string{"a", "b\""}, `["1","x"]`: []any{1, nil, "x"}, "raw": []byte("raw"), "good": namer{}, "1e3": json.Number("1e3"), "[]": []string{}} {
		b := must(c.BatchOfMaps([]map[string]any{{"domain": "a.example", "value": value}}))(t)
		if got, valid := b.Cell(0, 1); got != want || valid != (value != nil) {
			t.Errorf("%v is %q, want %q", value, got, want)
		}
	}
	for _, none := range []any{math.NaN(), math.Inf(1), []string(nil), []byte(nil), time.Time{}} {
		if _, valid := must(c.BatchOfMaps([]map[string]any{{"domain": "a.example", "value": none}}))(t).Cell(0, 1); valid {
			t.Errorf("%v is a value", none)
		}
	}
}

type namer struct{}

func (namer) String() string { return "good" }

// A typed value counts as its text does.
func TestATypedRecordScoresAsItsText(t *testing.T) {
	_, m, _ := models(t)
	s := newTestScorer(t, m, nil)
	schema := must(m.Schema())(t)
	typed, text := must(schema.NewRecord())(t), must(schema.NewRecord())(t)
	for _, v := range []struct {
		column, text string
		typed        any
	}{{"employees", "512", 512}, {"employees", "512", 512.0}, {"annual_revenue", "1500000", 1.5e6}, {"technologies", "PostgreSQL;React", []string{"PostgreSQL", "React"}},
		{"founded", "2011", int64(2011)}, {"industry", "Retail", namerOf("Retail")}, {"Industry", "Retail", []byte("Retail")}} {
		for _, err := range []error{typed.Clear(), text.Clear(), typed.Set(v.column, v.typed), text.Set(v.column, v.text)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		a, b := must(s.ScoreRecord(typed, nil, LayerFit))(t), must(s.ScoreRecord(text, nil, LayerFit))(t)
		if a != b || a.Flags.Has(FlagNothingKnown) {
			t.Fatalf("%v: %+v, want %+v", v, a, b)
		}
		if err := typed.Set(v.column, nil); err != nil {
			t.Fatal(err)
		}
		if none := must(s.ScoreRecord(typed, nil, LayerFit))(t); none.Score != 498 || !none.Flags.Has(FlagNothingKnown) {
			t.Fatalf("%+v", none)
		}
	}
	err := typed.Set("no such", 1)
	if e := wants(t, err, ErrArgument); e.Field != "no such" {
		t.Fatalf("%+v", e)
	}
	if e := wants(t, typed.Set("industry", struct{}{}), ErrArgument); e.Field != "industry" {
		t.Fatalf("%+v", e)
	}
	wants(t, typed.SetAll(make([]string, 99)), ErrArgument)
}

type namerOf string

func (n namerOf) String() string { return string(n) }

func TestLinkedTablesAreOneTable(t *testing.T) {
	c := newTestContext(t)
	files := fstest.MapFS{}
	var companies, deals strings.Builder
	companies.WriteString("company_id,name,industry\n")
	deals.WriteString("deal_id,company_id,amount,closed_on\n")
	for i := 0; i < 60; i++ {
		id := string(rune('A'+i%26)) + "-" + strings.Repeat("x", i/26)
		companies.WriteString(id + ",Company " + id + "," + []string{"Retail", "Software"}[i%2] + "\n")
		for k := 1; k < 8; k++ {
			fmt.Fprintf(&deals, "d%s%d,%s,%d,2023-%02d-11\n", id, k, id, 100*k, k)
		}
	}
	files["crm/companies.csv"], files["crm/deals.csv"] = &fstest.MapFile{Data: []byte(companies.String())}, &fstest.MapFile{Data: []byte(deals.String())}
	tables := []Table{FSTable(files, "crm/companies.csv"), FSTable(files, "crm/deals.csv")}
	d := must(c.OpenDataset(ctx, tables, &DatasetOptions{AsOf: asOf, Company: "companies"}))(t)
	defer d.Close()
	if key := must(d.Key())(t); key != "company_id" {
		t.Fatal(key)
	}
	r := must(c.Open(d.Companies()))(t)
	b := must(r.Next())(t)
	if b.Rows() != 60 || !strings.Contains(strings.Join(b.Columns(), ","), "deals count") {
		t.Fatalf("%d rows, %q", b.Rows(), b.Columns())
	}
	r.Close()
	e := must(must(c.Open(d.Events()))(t).Next())(t)
	if strings.Join(e.Columns(), ",") != "key,type,time,value" || e.Rows() == 0 {
		t.Fatalf("%d rows, %q", e.Rows(), e.Columns())
	}
	manifest := must(d.Manifest())(t)
	parsed(t)(d.Report())
	again := must(c.OpenDataset(ctx, tables, &DatasetOptions{Manifest: manifest, Exclude: []string{"deals.amount"}, MaxTraits: 3}))(t)
	again.Close()
	folder := t.TempDir()
	for name, f := range files {
		if err := os.WriteFile(folder+"/"+name[len("crm/"):], f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !c.IsDataset(folder) || c.IsDataset(golden("companies.csv")) {
		t.Fatal("a folder is a dataset, a file is none")
	}
	same := must(c.OpenDatasetPath(ctx, folder, nil))(t)
	defer same.Close()
	if key := must(same.Key())(t); key != "company_id" {
		t.Fatal(key)
	}
	_, err := c.OpenDataset(ctx, []Table{{"gone", func() (io.ReadCloser, error) { return nil, os.ErrNotExist }}}, nil)
	if e := wants(t, err, ErrIO); e.Err != os.ErrNotExist || e.Source != "gone" {
		t.Fatalf("%+v", e)
	}
}

// What is not reached from Go is said in doc/go.md, and nothing else.
func TestEveryFunctionOfTheLibraryIsReached(t *testing.T) {
	function := regexp.MustCompile(`(?m)^    (icp_\w+);`)
	called := regexp.MustCompile(`C\.(icp_\w+)\(`)
	left := regexp.MustCompile("`(icp_\\w+)\\(\\)`")
	for source, list := range map[string]string{".": "../../libicp/libicp.map", "ledger": "../../libicp/ledger/ledger.map"} {
		reached := map[string]bool{}
		for _, entry := range must(os.ReadDir(source))(t) {
			if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				for _, m := range called.FindAllStringSubmatch(string(must(os.ReadFile(source+"/"+name))(t)), -1) {
					reached[m[1]] = true
				}
			}
		}
		doc := string(must(os.ReadFile("../../doc/go.md"))(t))
		section := doc[strings.Index(doc, "## What is not there"):]
		said := map[string]bool{}
		for _, m := range left.FindAllStringSubmatch(section, -1) {
			said[m[1]] = true
		}
		for _, m := range function.FindAllStringSubmatch(string(must(os.ReadFile(list))(t)), -1) {
			counted := strings.HasSuffix(m[1], "_ref") // the collector counts
			if !reached[m[1]] && !said[m[1]] && !counted {
				t.Errorf("%s is neither called nor said to be left out", m[1])
			}
			if reached[m[1]] && said[m[1]] {
				t.Errorf("%s is called, and said to be left out", m[1])
			}
		}
	}
}
