// SPDX-License-Identifier: MIT

// Command example fits a customer list and ranks the companies at large, with reasons.
//
//	go run ./example -companies companies.csv -customers customers.csv [-key domain] [-model model.icp] [-top 10]
//
// Without files it makes up 2,000 companies, whose customers are mostly fintech and insurance companies of 50 to 500 people.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"os/signal"
	"sort"

	"icp"
)

func main() {
	log.SetFlags(0)
	companies := flag.String("companies", "", "companies at large, CSV or JSON lines")
	customers := flag.String("customers", "", "customers: rows, or keys alone")
	key := flag.String("key", "domain", "header of the key column")
	save := flag.String("model", "", "where the model goes")
	top := flag.Int("top", 5, "companies that are listed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	world, list := icp.File(*companies), icp.File(*customers)
	if *companies == "" {
		world, list = madeUp()
	}
	if err := run(ctx, world, list, *key, *save, *top); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, companies, customers icp.Input, key, save string, top int) error {
	c, err := icp.NewContext(&icp.ContextOptions{Log: func(_ int, _ icp.Code, text string) { log.Print(text) }})
	if err != nil {
		return err
	}
	defer c.Close()
	model, err := fit(ctx, c, companies, customers, key)
	if err != nil {
		return err
	}
	defer model.Close()
	if save != "" {
		if err := model.SaveFile(save); err != nil {
			return err
		}
	}
	best, err := rank(ctx, c, model, companies, key)
	if err != nil {
		return err
	}
	if len(best) > top {
		best = best[:top]
	}
	return show(model, best)
}

func fit(ctx context.Context, c *icp.Context, companies, customers icp.Input, key string) (*icp.Model, error) {
	world, err := c.BuildReference(ctx, &icp.ReferenceOptions{Key: key}, companies)
	if err != nil {
		return nil, err
	}
	defer world.Close()
	model, err := c.Fit(ctx, world, icp.FitData{Customers: []icp.Input{customers}, Universe: []icp.Input{companies}}, nil)
	if err != nil {
		return nil, err
	}
	info, err := model.Info()
	if err != nil {
		return nil, err
	}
	fmt.Printf("%d customers against %d companies: %d traits\n", info.Customers, info.Companies, info.Traits)
	return model, nil
}

const reasons = 3

type company struct {
	key    string
	score  icp.Score
	traits []int32
}

// rank scores every company, a batch at a time, and sorts them: the highest scores first, equal ones by key.
func rank(ctx context.Context, c *icp.Context, model *icp.Model, companies icp.Input, key string) ([]company, error) {
	scorer, err := model.NewScorer(&icp.ScorerOptions{Key: key, Reasons: reasons})
	if err != nil {
		return nil, err
	}
	defer scorer.Close()
	var all []company
	err = scorer.ScoreTable(ctx, c, companies, func(r *icp.Result) error {
		keys, err := r.Keys()
		if err != nil {
			return err
		}
		scores, err := r.Scores(icp.LayerFit)
		if err != nil {
			return err
		}
		traits, err := r.Int32(icp.LayerFit, icp.ColReasonTraits)
		if err != nil {
			return err
		}
		for i := range keys {
			all = append(all, company{keys[i], scores[i], traits[i*reasons : (i+1)*reasons]})
		}
		return nil
	})
	sort.Slice(all, func(i, k int) bool {
		a, b := all[i].score.Millipoints, all[k].score.Millipoints
		return a > b || (a == b && all[i].key < all[k].key)
	})
	return all, err
}

func show(model *icp.Model, best []company) error {
	for _, b := range best {
		fmt.Printf("%-18s %d  %s  (%d to %d, confidence %s)", b.key, b.score.Score, b.score.Tier, b.score.Low, b.score.High, b.score.Confidence)
		for _, t := range b.traits {
			if t < 0 {
				break
			}
			trait, err := model.Trait(int(t))
			if err != nil {
				return err
			}
			fmt.Printf("  %s %+.1f", trait.ID, float64(trait.Points)/1000)
		}
		fmt.Println()
	}
	return nil
}

// madeUp is the same on every machine.
func madeUp() (companies, customers icp.Input) {
	random := rand.New(rand.NewSource(1))
	industries := []string{"Fintech", "Insurance", "Retail", "Logistics", "Manufacturing", "Healthcare", "Media", "Software"}
	countries := []string{"Germany", "France", "United States", "Japan"}
	rows := [][]string{{"domain", "industry", "employees", "country"}}
	list := [][]string{{"domain"}}
	for i := 0; i < 2000; i++ {
		industry, employees := random.Intn(len(industries)), 1+random.Intn(2000)
		rows = append(rows, []string{fmt.Sprintf("company%d.example", i), industries[industry], fmt.Sprint(employees), countries[random.Intn(len(countries))]})
		if fits := industry < 2 && employees >= 50 && employees <= 500; fits && random.Intn(2) == 0 || random.Intn(100) == 0 {
			list = append(list, rows[len(rows)-1][:1])
		}
	}
	return icp.Rows(rows), icp.Rows(list)
}
