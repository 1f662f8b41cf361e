// SPDX-License-Identifier: MIT

package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"icp"
)

var (
	ctx    = context.Background()
	folder = filepath.Join("..", "..", "..", "tests", "golden")
	now    = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
)

const review = `{"kind":"review","author":"Ada","text":"looked through"}`

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func open(t *testing.T) (*icp.Context, *Ledger, string) {
	c := must(icp.NewContext(nil))(t)
	path := filepath.Join(t.TempDir(), "décisions.ledger")
	l := must(Open(c, path, Create))(t)
	t.Cleanup(func() { l.Close(); c.Close() })
	return c, l, path
}

func model(t *testing.T, c *icp.Context) *icp.Model {
	return must(c.LoadModelFile(filepath.Join(folder, "model-1.icp")))(t)
}

func wants(t *testing.T, err error, code icp.Code) *icp.Error {
	t.Helper()
	var e *icp.Error
	if !errors.Is(err, code) || !errors.As(err, &e) || e.Message == "" {
		t.Fatalf("got %v, want %v", err, code)
	}
	return e
}

func TestEntriesAreAppendedListedAndVerified(t *testing.T) {
	_, l, path := open(t)
	if empty := must(l.Head())(t); empty != (Head{}) {
		t.Fatalf("%+v", empty)
	}
	first := must(l.Append(now, []byte(review)))(t)
	second := must(l.Append(now.Add(time.Second), []byte(`{"kind":"outcome","author":"crm","key":"acme.example","outcome":"won","on":"2026-11-27"}`)))(t)
	if first.Entries != 1 || second.Entries != 2 || second.SHA256 == first.SHA256 || must(l.Head())(t) != second || must(l.Verify(&first))(t) != second || must(l.Verify(nil))(t) != second {
		t.Fatalf("%+v %+v", first, second)
	}
	for want, f := range map[string]Filter{"1 2": {}, "2 1": {NewestFirst: true}, "2": {Kind: "outcome"}, " 2": {Key: "acme.example"}, "2 ": {After: 1}, "1": {Limit: 1}, " 1": {To: now.Add(time.Microsecond)}, "  2": {From: now.Add(time.Microsecond)}} {
		var list struct {
			Head    struct{ Entries uint64 }
			Entries []struct{ Number json.Number }
		}
		if err := json.Unmarshal(must(l.Entries(f))(t), &list); err != nil || list.Head.Entries != 2 {
			t.Fatal(err)
		}
		var got []string
		for _, e := range list.Entries {
			got = append(got, e.Number.String())
		}
		if strings.Join(got, " ") != strings.TrimSpace(want) {
			t.Fatalf("%+v gives %q", f, got)
		}
	}
	l.Close()
	wants(t, func() error { _, err := l.Head(); return err }(), icp.ErrState)
	file := must(os.ReadFile(path))(t)
	if err := os.WriteFile(path, bytes.Replace(file, []byte("looked through"), []byte("looked away  !"), -1), 0o600); err != nil {
		t.Fatal(err)
	}
	c := must(icp.NewContext(nil))(t)
	again := must(Open(c, path, ReadOnly))(t)
	_, err := again.Verify(nil)
	if e := wants(t, err, icp.ErrChecksum); e.Row != 1 {
		t.Fatalf("%+v", e)
	}
}

func TestWhatTheLedgerRefuses(t *testing.T) {
	c, l, path := open(t)
	must(l.Append(now, []byte(review)))(t)
	_, err := l.Append(now.Add(-time.Hour), []byte(review))
	wants(t, err, icp.ErrLedger)
	_, err = l.Append(now, []byte("{\n}"))
	wants(t, err, icp.ErrFormat)
	_, err = l.LoadModel(icp.ID{1})
	wants(t, err, icp.ErrLedger)
	_, err = must(Open(c, path, ReadOnly))(t).Append(now, []byte(review))
	wants(t, err, icp.ErrState)
	_, err = Open(c, filepath.Join(t.TempDir(), "absent"), Append)
	wants(t, err, icp.ErrIO)
	_, err = Open(c, path, 99)
	wants(t, err, icp.ErrUnsupported)
	_, err = Open(nil, path, Append)
	wants(t, err, icp.ErrArgument)
	var none *Ledger
	_, err = none.Head()
	wants(t, err, icp.ErrArgument)
	_, err = none.Decisions(now)
	wants(t, err, icp.ErrArgument)
	_, err = none.Entries(Filter{})
	wants(t, err, icp.ErrArgument)
	_, _, err = none.Published()
	wants(t, err, icp.ErrArgument)
	_, err = none.LoadModel(icp.ID{})
	wants(t, err, icp.ErrArgument)
	_, err = none.StoreModel(nil, now, nil)
	wants(t, err, icp.ErrArgument)
	closed := must(icp.NewContext(nil))(t)
	closed.Close()
	_, err = Open(closed, path, Append)
	wants(t, err, icp.ErrState)
}

func TestAModelIsPublishedThroughGatesAndHadAgain(t *testing.T) {
	c, l, _ := open(t)
	m := model(t, c)
	if id, entry, err := l.Published(); err != nil || entry != 0 || id != (icp.ID{}) {
		t.Fatal(id, entry, err)
	}
	note := []byte(`{"author":"Jane"}`)
	strict := must(c.CheckGates(ctx, m, &icp.GatesOptions{Gates: []byte(`{"cllr":{"at_most_micro":1}}`)}))(t)
	_, err := l.Publish(m, now, note, strict, false)
	if e := wants(t, err, icp.ErrGate); !strings.Contains(e.Message, "cllr") && !strings.Contains(e.Message, "Cllr") {
		t.Fatal(e)
	}
	report := must(c.CheckGates(ctx, m, nil))(t)
	stored := must(l.StoreModel(m, now, note))(t)
	head := must(l.Publish(m, now, note, report, false))(t)
	info := must(m.Info())(t)
	if id, entry, err := l.Published(); err != nil || entry != head.Entries || id != info.ID || head.Entries != stored.Entries+1 {
		t.Fatal(id, entry, err)
	}
	must(l.Publish(m, now, []byte(`{"author":"Jane","authority":"VP","text":"known"}`), must(c.CheckGates(ctx, m, &icp.GatesOptions{Published: m, Gates: []byte(`{"cllr":{"at_most_micro":1}}`)}))(t), true))(t)
	again := must(l.LoadModel(info.ID))(t)
	c.Close()
	l.Close()
	var a, b bytes.Buffer
	if err := m.Save(&a); err != nil {
		t.Fatal(err)
	}
	if err := again.Save(&b); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatal("other bytes", err)
	}
}

func TestAnOverrideStandsBesideTheScore(t *testing.T) {
	c, l, _ := open(t)
	head := must(l.Append(now, []byte(`{"kind":"override","author":"Jane","scope":"company","key":"bluehub1.example","tier":"Good","reason":"context","text":"signed","authority":"VP",
		"expiry":"2027-01-31"}`)))(t)
	d := must(l.Decisions(now.Add(time.Minute)))(t)
	m := model(t, c)
	s := must(m.NewScorer(&icp.ScorerOptions{Decisions: d}))(t)
	seen := 0
	err := s.ScoreTable(ctx, c, icp.File(filepath.Join(folder, "companies.csv")), func(r *icp.Result) error {
		keys, scores := must(r.Keys())(t), must(r.Scores(icp.LayerFit))(t)
		for i, s := range scores {
			if keys[i] == "bluehub1.example" {
				seen++
				if s.EffectiveTier != icp.Good || s.OverrideNumber != head.Entries || s.Tier == icp.Good {
					t.Errorf("%+v", s)
				}
			} else if s.OverrideNumber != 0 || s.EffectiveTier != s.Tier {
				t.Errorf("%s %+v", keys[i], s)
			}
		}
		return nil
	})
	if err != nil || seen != 1 {
		t.Fatal(seen, err)
	}
}

func TestSeveralWritersLoseNothing(t *testing.T) {
	c, l, path := open(t)
	var all sync.WaitGroup
	for g := 0; g < 4; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			own, err := Open(c, path, Append)
			for i := 0; i < 25 && err == nil; i++ {
				_, err = own.Append(now, []byte(review))
			}
			if err != nil {
				t.Error(err)
			}
			own.Close()
		}()
	}
	all.Wait()
	if head := must(l.Verify(nil))(t); head.Entries != 100 {
		t.Fatal(head.Entries)
	}
}
