// SPDX-License-Identifier: MIT

package icp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"icp"
)

// market is 600 companies at large, and the keys of those that are customers: every second bank of 50 people and more, and a few others.
func market() (companies, customers icp.Input) {
	rows, list := [][]string{{"domain", "industry", "employees"}}, [][]string{{"domain"}}
	for i := 0; i < 600; i++ {
		industry, employees := []string{"bank", "retail", "media", "logistics", "software", "farming"}[i%6], i*7%199+1
		rows = append(rows, []string{fmt.Sprintf("c%d.example", i), industry, fmt.Sprint(employees)})
		if industry == "bank" && employees >= 50 && i%12 == 0 || i%97 == 5 {
			list = append(list, rows[i+1][:1])
		}
	}
	return icp.Rows(rows), icp.Rows(list)
}

func fitted(c *icp.Context) *icp.Model {
	ctx := context.Background()
	companies, customers := market()
	world, err := c.BuildReference(ctx, &icp.ReferenceOptions{Key: "domain"}, companies)
	if err != nil {
		log.Fatal(err)
	}
	model, err := c.Fit(ctx, world, icp.FitData{Customers: []icp.Input{customers}}, nil)
	if err != nil {
		log.Fatal(err)
	}
	return model
}

func context_() *icp.Context {
	c, err := icp.NewContext(nil)
	if err != nil {
		log.Fatal(err)
	}
	return c
}

func Example() {
	ctx := context.Background()
	c, err := icp.NewContext(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	companies, customers := market()
	world, err := c.BuildReference(ctx, &icp.ReferenceOptions{Key: "domain"}, companies)
	if err != nil {
		log.Fatal(err)
	}
	model, err := c.Fit(ctx, world, icp.FitData{Customers: []icp.Input{customers}}, nil)
	if err != nil {
		log.Fatal(err)
	}
	scorer, err := model.NewScorer(nil)
	if err != nil {
		log.Fatal(err)
	}
	news := icp.From("leads.csv", strings.NewReader("domain,industry,employees\nfirst.example,Bank,120\nsecond.example,Farming,3\n"))
	err = scorer.ScoreTable(ctx, c, news, func(r *icp.Result) error {
		keys, err := r.Keys()
		if err != nil {
			return err
		}
		scores, err := r.Scores(icp.LayerFit)
		for i, s := range scores {
			fmt.Println(keys[i], s.Tier)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// first.example Good
	// second.example Poor
}

func ExampleScorer_ScoreRecord() {
	c := context_()
	defer c.Close()
	model := fitted(c)
	schema, err := model.Schema()
	if err != nil {
		log.Fatal(err)
	}
	record, err := schema.NewRecord()
	if err != nil {
		log.Fatal(err)
	}
	scorer, err := model.NewScorer(nil)
	if err != nil {
		log.Fatal(err)
	}
	for column, value := range map[string]any{"industry": "bank", "employees": 120} {
		if err := record.Set(column, value); err != nil {
			log.Fatal(err)
		}
	}
	score, err := scorer.ScoreRecord(record, nil, icp.LayerFit)
	if err != nil {
		log.Fatal(err)
	}
	parts, err := scorer.Contributions(icp.LayerFit)
	if err != nil {
		log.Fatal(err)
	}
	var sum int64
	for _, p := range parts {
		sum += int64(p.Millipoints)
	}
	fmt.Println(score.Tier, sum == score.Millipoints)
	_ = record.Clear()
	nothing, _ := scorer.ScoreRecord(record, nil, icp.LayerFit)
	fmt.Println(nothing.Score, nothing.Flags.Has(icp.FlagNothingKnown))
	// Output:
	// Good true
	// 498 true
}

func ExampleModel_Save() {
	c := context_()
	defer c.Close()
	model := fitted(c)
	var file bytes.Buffer
	if err := model.Save(&file); err != nil {
		log.Fatal(err)
	}
	again, err := c.LoadModel(&file)
	if err != nil {
		log.Fatal(err)
	}
	a, _ := model.Info()
	b, _ := again.Info()
	fmt.Println(a.ID == b.ID, a.Layers)
	// Output: true [fit]
}

func ExampleModel_Distribution() {
	c := context_()
	defer c.Close()
	stored, err := fitted(c).Distribution(icp.LayerFit, icp.WhoReference)
	if err != nil {
		log.Fatal(err)
	}
	spread, err := stored.Spread()
	if err != nil {
		log.Fatal(err)
	}
	// At most one company in eight is Excellent.
	fmt.Println(spread.Tiers[icp.Excellent]*8 <= spread.Companies)
	// Output: true
}

func ExampleError() {
	c := context_()
	defer c.Close()
	_, err := c.SchemaFromJSON([]byte("{\n  \"version\": one\n}"))
	var e *icp.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Line, e.Column)
	}
	fmt.Println(errors.Is(err, icp.ErrSchema), errors.Is(err, icp.ErrFormat))
	// Output:
	// ICP_E_SCHEMA 2 14
	// true false
}

func ExampleWithProgress() {
	c := context_()
	defer c.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fits := 0
	ctx = icp.WithProgress(ctx, func(stage icp.Stage, done, total uint64) {
		if stage == icp.StageFit {
			fits++
		}
	})
	companies, customers := market()
	world, err := c.BuildReference(ctx, &icp.ReferenceOptions{Key: "domain"}, companies)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.Fit(ctx, world, icp.FitData{Customers: []icp.Input{customers}}, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(fits > 0)
	// Output: true
}

func ExampleMaps() {
	c := context_()
	defer c.Close()
	batch, err := c.BatchOfMaps([]map[string]any{
		{"domain": "a.example", "employees": 120, "technologies": []string{"Go", "C"}},
		{"domain": "b.example", "employees": nil},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(batch.Rows(), batch.Columns())
	// Output: 2 [domain employees technologies]
}
