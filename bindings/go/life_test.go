// SPDX-License-Identifier: MIT

package icp

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// everything makes one object of each type, and a call on each.
func everything(t testing.TB) map[string]struct {
	io.Closer
	use func() error
} {
	c, fit, timing := models(t)
	own := must(NewContext(nil))(t)
	rows := table_(t, "companies.csv")
	batch, schema := must(c.BatchOfRows(rows[:3]))(t), must(fit.Schema())(t)
	record, account := must(schema.NewRecord())(t), must(timing.NewAccount())(t)
	reader, builder := must(c.Open(Rows(rows)))(t), must(c.NewReferenceBuilder(nil))(t)
	world := must(c.BuildReference(ctx, nil, Rows(rows)))(t)
	f, pool := must(c.NewFit(world, nil))(t), must(c.NewPool(2))(t)
	model := must(c.LoadModel(bytes.NewReader(modelBytes(t, fit))))(t)
	accounts := must(c.NewAccounts(timing, asOf))(t)
	scorer, result := must(model.NewScorer(nil))(t), must(c.NewResult())(t)
	distribution := must(model.Distribution(LayerFit, WhoReference))(t)
	decisions := must(c.DecisionsFromJSON([]byte(`{"entries":[]}`), asOf))(t)
	dataset := must(c.OpenDataset(ctx, []Table{FSTable(os.DirFS(folder), "companies.csv")}, nil))(t)
	type object = struct {
		io.Closer
		use func() error
	}
	drop := func(_ any, err error) error { return err }
	return map[string]object{
		"context":      {own, func() error { return drop(own.NewResult()) }},
		"pool":         {pool, func() error { return drop(c.NewFit(once.world, &FitOptions{Pool: pool})) }},
		"reader":       {reader, func() error { return drop(reader.Stats()) }},
		"batch":        {batch, func() error { return must(c.NewReferenceBuilder(nil))(t).AddBatch(batch) }},
		"schema":       {schema, func() error { return drop(schema.JSON()) }},
		"record":       {record, func() error { return record.Set("industry", "Retail") }},
		"account":      {account, func() error { return drop(account.Bytes()) }},
		"accounts":     {accounts, func() error { return drop(accounts.Report()) }},
		"builder":      {builder, func() error { return builder.Merge(once.world) }},
		"reference":    {world, func() error { return drop(world.Info()) }},
		"fit":          {f, func() error { return drop(f.Matches()) }},
		"model":        {model, func() error { return drop(model.Summary()) }},
		"scorer":       {scorer, func() error { return drop(scorer.ScoreRecord(record2(t, c), nil, LayerFit)) }},
		"result":       {result, func() error { return must(once.fit.NewScorer(nil))(t).Score(must(c.BatchOfRows(rows))(t), result) }},
		"distribution": {distribution, func() error { return drop(distribution.Spread()) }},
		"decisions":    {decisions, func() error { return drop(decisions.JSON()) }},
		"dataset":      {dataset, func() error { return drop(dataset.Manifest()) }},
	}
}

func record2(t testing.TB, c *Context) *Record {
	_, m, _ := models(t)
	return must(must(m.Schema())(t).NewRecord())(t)
}

func TestWhatIsClosedGivesAnErrorAndClosingTwiceIsOnce(t *testing.T) {
	for name, object := range everything(t) {
		t.Run(name, func(t *testing.T) {
			if err := object.use(); err != nil {
				t.Fatal(err)
			}
			for i := 0; i < 3; i++ {
				if err := object.Close(); err != nil {
					t.Fatal(err)
				}
				wants(t, object.use(), ErrState)
			}
		})
	}
}

func TestNothingAtAllIsAnArgumentAndNoCrash(t *testing.T) {
	var (
		c   *Context
		b   *Batch
		s   *Schema
		r   *Reader
		m   *Model
		f   *Fit
		rec *Record
		ref *Reference
		bld *ReferenceBuilder
		a   *Account
		as  *Accounts
		sc  *Scorer
		res *Result
		d   *Distribution
		dec *Decisions
		ds  *Dataset
		p   *Pool
	)
	for _, o := range []io.Closer{c, b, s, r, m, f, rec, ref, bld, a, as, sc, res, d, dec, ds, p} {
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	}
	drop := func(_ any, err error) error { return err }
	in := Rows([][]string{{"domain"}, {"a.example"}})
	for i, err := range []error{
		drop(c.NewPool(2)), drop(c.NewResult()), drop(c.Open(in)), drop(c.Open(Input{})), drop(c.Open(File(""))), drop(c.BatchOfRows([][]string{{"a"}})),
		drop(c.InferSchema(ctx, in)), drop(c.SchemaFromJSON(nil)), drop(c.NewReferenceBuilder(nil)), drop(c.NewFit(ref, nil)), drop(c.LoadModel(strings.NewReader(""))),
		drop(c.LoadModelFile("x")), drop(c.LoadModel(nil)), drop(c.LoadReference(nil)), drop(c.NewDistribution()), drop(c.DecisionsFromJSON(nil, asOf)), drop(c.NewAccounts(m, asOf)),
		drop(c.OpenDataset(ctx, nil, nil)), drop(c.OpenDatasetPath(ctx, "x", nil)), drop(c.Drift(ctx, m, in, nil)), drop(c.Diff(ctx, m, m, in, nil)),
		drop(c.Segments(ctx, m, nil)), drop(c.CheckGates(ctx, m, nil)), drop(c.Calibrate(ctx, m, in, nil, nil)), drop(r.Next()), drop(r.Stats()), drop(s.JSON()),
		drop(s.Keep("x")), drop(s.NewRecord()), rec.Set("a", 1), rec.SetAll(nil), bld.Add(ctx, in), bld.AddBatch(b), bld.Merge(ref), drop(bld.Finish()),
		drop(ref.Info()), drop(ref.Schema()), ref.Save(io.Discard), ref.SaveFile("x"), f.AddCustomers(ctx, in), f.SetCard(nil), f.AddEvent("k", Event{}), drop(f.Matches()), drop(f.Run(ctx)),
		drop(f.Audit(ctx)), drop(f.Events()), drop(m.Info()), drop(m.Layer(LayerFit)), drop(m.Signals(LayerFit)), drop(m.Trait(0)), drop(m.Traits()), drop(m.Schema()), drop(m.Summary()), drop(m.Card()),
		drop(m.WithCard(nil)), drop(m.Edit(ref, nil)), drop(m.Standing(dec, asOf)), drop(m.SQL(nil)), m.Save(io.Discard), m.SaveFile("x"), drop(m.NewScorer(nil)), drop(m.NewAccount()), drop(m.LoadAccount(nil)),
		drop(m.Distribution(LayerFit, WhoReference)), a.Add(Event{}), drop(a.Bytes()), as.Add(ctx, in, nil), as.AddEvent("k", Event{}), drop(as.Report()), drop(as.Audit(LayerIntent)),
		drop(as.Account("k")), sc.Score(b, res), drop(sc.ScoreRecord(rec, a, LayerFit)), drop(sc.Contributions(LayerFit)), drop(sc.Causes(LayerFit)), drop(res.Int32(LayerFit, ColScore)),
		drop(res.Text(LayerFit, ColKey)), drop(res.Scores(LayerFit)), drop(res.Keys()), d.Add(res, LayerFit), d.AddScore(498), d.Merge(d), drop(d.Spread()), drop(dec.JSON()),
		drop(ds.Manifest()), drop(ds.Report()), drop(ds.Key()), drop(once.c.Open(ds.Companies())), drop(once.c.Open(ds.Events())), drop(once.c.Open(r.Input())),
	} {
		if err == nil {
			t.Fatalf("call %d of nothing gave no error", i)
		}
		wants(t, err, ErrArgument)
	}
	if b.Rows() != 0 || b.Columns() != nil || res.Rows() != 0 || rec.Columns() != nil || as.Again() || c.IsDataset(".") {
		t.Fatal("nothing has something")
	}
	if _, found := m.FindTrait(LayerFit, "x"); found {
		t.Fatal("nothing has a trait")
	}
	_ = rec.Clear()
}

func TestObjectsOutliveWhatTheyWereMadeFrom(t *testing.T) {
	c := must(NewContext(nil))(t)
	world := must(c.BuildReference(ctx, nil, File(golden("companies.csv"))))(t)
	pool := must(c.NewPool(3))(t)
	f := must(c.NewFit(world, &FitOptions{Pool: pool}))(t)
	if err := f.AddCustomers(ctx, File(golden("customers.csv"))); err != nil {
		t.Fatal(err)
	}
	world.Close()
	pool.Close() // the fit holds it
	m := must(f.Run(ctx))(t)
	goldenID(t, m, "model")
	f.Close()
	s, r, b := must(m.NewScorer(nil))(t), must(c.NewResult())(t), must(c.BatchOfRows(table_(t, "companies.csv")))(t)
	m.Close()
	c.Close()
	for i := 0; i < 5; i++ {
		runtime.GC()
	}
	if err := s.Score(b, r); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if n := len(must(r.Scores(LayerFit))(t)); n != 1000 {
		t.Fatal(n)
	}
	r.Close()
	s.Close()
}

func TestADatasetOutlivesItsReaderAndTheOtherWayRound(t *testing.T) {
	c := newTestContext(t)
	opened := 0
	table := Table{"companies", func() (io.ReadCloser, error) {
		opened++
		return os.Open(golden("companies.csv"))
	}}
	d := must(c.OpenDataset(ctx, []Table{table}, nil))(t)
	r := must(c.Open(d.Companies()))(t)
	d.Close()
	runtime.GC()
	rows := 0
	for {
		b, err := r.Next()
		if err == io.EOF {
			break
		}
		rows += must(b, err)(t).Rows()
	}
	r.Close()
	if rows != 1000 || opened < 2 {
		t.Fatalf("%d rows, opened %d times", rows, opened)
	}
	wants(t, func() error { _, err := d.Key(); return err }(), ErrState)
}

func TestEightGoroutinesOnOneModelGiveWhatOneGives(t *testing.T) {
	c, m, _ := models(t)
	want := table_(t, "scores.csv")[1:]
	var all sync.WaitGroup
	for g := 0; g < 8; g++ {
		all.Add(1)
		go func(g int) {
			defer all.Done()
			s, err := m.NewScorer(nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			row := 0
			in := File(golden("companies.csv")).With(ReaderOptions{RowsPerBatch: uint32(50 + g)})
			err = s.ScoreTable(ctx, c, in, func(r *Result) error {
				keys, err := r.Keys()
				if err != nil {
					return err
				}
				scores, err := r.Scores(LayerFit)
				for i, s := range scores {
					if w := want[row]; keys[i] != w[0] || strconv.Itoa(int(s.Score)) != w[1] || strconv.FormatInt(s.Millipoints, 10) != w[5] {
						t.Errorf("goroutine %d, row %d: %s %+v, want %v", g, row, keys[i], s, w)
					}
					row++
				}
				return err
			})
			if err != nil || row != len(want) {
				t.Errorf("goroutine %d: %d rows, %v", g, row, err)
			}
		}(g)
	}
	all.Wait()
}

func TestFitsThatShareAPoolGiveTheSameModel(t *testing.T) {
	c, m, _ := models(t)
	want := must(m.Info())(t).ID
	pool := must(c.NewPool(4))(t)
	defer pool.Close()
	var all sync.WaitGroup
	for g := 0; g < 3; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			m, err := c.Fit(ctx, once.world, FitData{Customers: []Input{File(golden("customers.csv"))}}, &FitOptions{Pool: pool})
			if err != nil {
				t.Error(err)
				return
			}
			defer m.Close()
			if info, err := m.Info(); err != nil || info.ID != want {
				t.Errorf("%s, want %s: %v", info.ID, want, err)
			}
		}()
	}
	all.Wait()
}

func TestASecondCallAtTheSameTimeIsRefused(t *testing.T) {
	c, m, _ := models(t)
	f := must(c.NewFit(once.world, nil))(t)
	defer f.Close()
	inside := false
	watched := WithProgress(ctx, func(Stage, uint64, uint64) {
		if !inside {
			inside = true
			_, err := f.Matches()
			wants(t, err, ErrState)
			f.Close() // is done behind the call
		}
	})
	if err := f.AddCustomers(ctx, File(golden("customers.csv"))); err != nil {
		t.Fatal(err)
	}
	if got := must(must(f.Run(watched))(t).Info())(t); got.ID != must(m.Info())(t).ID || !inside {
		t.Fatal("another model")
	}
	_, err := f.Matches()
	wants(t, err, ErrState)
}

func TestAccountsDoNotChangeOnceAScorerUsesThem(t *testing.T) {
	c, _, m := models(t)
	a := must(c.NewAccounts(m, asOf))(t)
	defer a.Close()
	event := Event{Type: "login", Time: asOf.AddDate(0, 0, -3)}
	if err := a.AddEvent("x.example", event); err != nil {
		t.Fatal(err)
	}
	s := newTestScorer(t, m, &ScorerOptions{Accounts: a})
	wants(t, a.AddEvent("x.example", event), ErrState)
	wants(t, a.Add(ctx, File(golden("events.csv")), nil), ErrState)
	must(a.Account("x.example"))(t)
	must(a.Audit(LayerIntent))(t)
	s.Close()
}

// What is forgotten is freed, in whatever order the collector finds it, while others work with the rest.
func TestTheCollectorFreesWhatIsForgotten(t *testing.T) {
	_, fit, _ := models(t)
	file := modelBytes(t, fit)
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Add(1)
	go func() {
		defer all.Done()
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	rows := table_(t, "companies.csv")[:20]
	for g := 0; g < 4; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < 60; i++ {
				c, err := NewContext(&ContextOptions{Log: func(int, Code, string) {}})
				if err != nil {
					t.Error(err)
					return
				}
				m, err := c.LoadModel(bytes.NewReader(file))
				if err != nil {
					t.Error(err)
					return
				}
				s, err := m.NewScorer(&ScorerOptions{Reasons: 3})
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				if err = s.ScoreTable(ctx, c, Rows(rows), func(r *Result) error { n += r.Rows(); return nil }); err != nil || n != len(rows)-1 {
					t.Error(n, err)
				}
			}
		}()
	}
	for i := 0; i < 4*60; i++ {
		runtime.Gosched()
	}
	go func() { time.Sleep(time.Second); close(stop) }()
	all.Wait()
}

// resident is the memory of the process in KiB; 0 where it cannot be told.
func resident(t testing.TB) (kib int) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "VmRSS:") {
			fmt.Sscanf(line, "VmRSS: %d kB", &kib)
		}
	}
	return kib
}

// ICP_LEAK_CALLS = 1000000 is the long form; a call that leaked 100 bytes would show.
func TestManyCallsLeaveNothingBehind(t *testing.T) {
	calls := 60000
	if n, err := strconv.Atoi(os.Getenv("ICP_LEAK_CALLS")); err == nil {
		calls = n
	}
	c, m, timing := models(t)
	schema := must(m.Schema())(t)
	record := must(schema.NewRecord())(t)
	s := newTestScorer(t, m, nil)
	names := []string{"industry", "employees", "country"}
	one := func(i int) {
		_ = record.Set(names[i%3], "1000")
		must(s.ScoreRecord(record, nil, LayerFit))(t)
		if i%8 == 0 {
			must(s.Contributions(LayerFit))(t)
			must(s.Causes(LayerFit))(t)
			must(m.Trait(i % 5))(t)
			_, err := m.Layer(LayerIntent)
			wants(t, err, ErrUnsupported)
			b := must(c.BatchOfRows([][]string{{"domain", "industry"}, {"a.example", "Retail"}}))(t)
			b.Close()
		}
		if i%64 == 0 {
			_, err := c.SchemaFromJSON([]byte("["))
			wants(t, err, ErrSchema)
			r := must(c.Open(Rows([][]string{{"domain"}, {"a.example"}})))(t)
			r.Close()
			a := must(timing.NewAccount())(t)
			if err := a.Add(Event{Type: "login", Time: asOf}); err != nil {
				t.Fatal(err)
			}
			a.Close()
			own := must(NewContext(&ContextOptions{Log: func(int, Code, string) {}}))(t)
			own.Close()
		}
	}
	for i := 0; i < calls/4; i++ {
		one(i)
	}
	runtime.GC()
	before := resident(t)
	for i := 0; i < calls; i++ {
		one(i)
	}
	runtime.GC()
	grown := resident(t) - before
	t.Logf("%d records: %d KiB more than %d KiB", calls, grown, before)
	if before > 0 && grown > 8192+calls/20 { // the collector's own room, and 50 bytes a call
		t.Fatalf("%d KiB more after %d records", grown, calls)
	}
}
