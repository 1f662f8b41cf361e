// SPDX-License-Identifier: MIT

package icp

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	stderrors "errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"icp/internal/faulty"
)

//go:embed testdata
var testdata embed.FS

func modelBytes(t testing.TB, m *Model) []byte {
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wants checks that an error is of a code, in every way in which one can ask.
func wants(t *testing.T, err error, code Code) *Error {
	t.Helper()
	var e *Error
	if !stderrors.Is(err, code) || !stderrors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v, want %v", err, code)
	}
	for other := ErrArgument; other <= ErrGate; other++ {
		if other != code && stderrors.Is(err, other) && e.Err == nil {
			t.Fatalf("%v is also %v", err, other)
		}
	}
	if e.Message == "" || strings.ContainsAny(e.Error(), "\n\x00") {
		t.Fatalf("%q is no line of text", e.Error())
	}
	return e
}

// Of the codes up to ErrState each is provoked; ErrLedger and ErrGate are the ledger's (package ledger).
func TestEveryCodeIsProvoked(t *testing.T) {
	c, m, _ := models(t)
	few := Rows([][]string{{"domain"}, {"opengrid289.example"}, {"openlink967.example"}})
	patched := func(at int, b byte) error {
		file := modelBytes(t, m)
		file[at] = b
		_, err := c.LoadModel(bytes.NewReader(file))
		return err
	}
	for code, provoke := range map[Code]func() error{
		ErrArgument: func() error { _, err := c.NewPool(0); return err },
		ErrMemory: func() error {
			p, allow := faulty.Context()
			starved := newContext(newEnv(), p)
			defer starved.Close()
			allow(2)
			_, err := starved.BuildReference(ctx, nil, Rows([][]string{{"domain"}, {"a.example"}}))
			return err
		},
		ErrIO: func() error { _, err := c.Open(File("absent.csv")); return err },
		ErrCancelled: func() error {
			stopped, cancel := context.WithCancel(ctx)
			cancel()
			_, err := c.BuildReference(stopped, nil, few)
			return err
		},
		ErrLimit: func() error {
			small := must(NewContext(&ContextOptions{MaxCell: 64}))(t)
			defer small.Close()
			_, err := small.BuildReference(ctx, nil, Rows([][]string{{"domain", "text"}, {"a.example", strings.Repeat("x", 65)}}))
			return err
		},
		ErrUnsupported: func() error { _, err := m.Layer(LayerIntent); return err },
		ErrFormat:      func() error { _, err := c.Open(From("empty", strings.NewReader(""))); return err },
		ErrChecksum:    func() error { return patched(300, 0xa5) },
		ErrVersion:     func() error { return patched(8, 99) },
		ErrExtraction:  func() error { _, err := c.LoadModel(must(testdata.Open("testdata/extraction.icp"))(t)); return err },
		ErrSchema:      func() error { _, err := c.SchemaFromJSON([]byte("{\n]")); return err },
		ErrKey:         func() error { _, err := c.BuildReference(ctx, &ReferenceOptions{Key: "no such"}, few); return err },
		ErrTooFew:      func() error { _, err := c.Fit(ctx, once.world, FitData{Customers: []Input{few}}, nil); return err },
		ErrNoMatch: func() error {
			_, err := c.Fit(ctx, once.world, FitData{Customers: []Input{Rows([][]string{{"domain"}, {"nobody.example"}})}}, nil)
			return err
		},
		ErrReference: func() error {
			other := must(c.BuildReference(ctx, &ReferenceOptions{Seed: 1}, few))(t)
			_, err := c.MergeReferences(once.world, other)
			return err
		},
		ErrState: func() error { return must(c.NewFit(once.world, nil))(t).AddUniverse(ctx, few) },
	} {
		t.Run(code.String(), func(t *testing.T) { wants(t, provoke(), code) })
	}
	for code := ErrArgument; code <= ErrGate; code++ {
		if code.Error() != code.String() || !strings.HasPrefix(code.String(), "ICP_E_") {
			t.Fatalf("%d is %q", code, code)
		}
	}
	if unknown := Code(99).String(); unknown != "ICP_E_?" {
		t.Fatal(unknown)
	}
}

func TestAnErrorHasItsPlace(t *testing.T) {
	c := newTestContext(t)
	_, err := c.Open(File(filepath.Join(t.TempDir(), "absent.csv")))
	if e := wants(t, err, ErrIO); filepath.Base(e.Source) != "absent.csv" || e.Row != -1 {
		t.Fatalf("%+v", e)
	}
	r := must(c.Open(From("wide.csv", strings.NewReader("a,b\n1,2\n3,4\n\"5"+strings.Repeat("x", 1<<24)+"\",6\n"))))(t)
	defer r.Close()
	for err = nil; err == nil; _, err = r.Next() {
	}
	if e := wants(t, err, ErrLimit); e.Source != "wide.csv" || e.Line != 4 || e.Row != 3 {
		t.Fatalf("%+v", e)
	}
	if _, again := r.Next(); again == nil || again.Error() != err.Error() {
		t.Fatalf("%v, then %v", err, again)
	}
	_, err = c.SchemaFromJSON([]byte("{\n]"))
	if e := wants(t, err, ErrSchema); e.Line != 2 || e.Column != 1 || !strings.HasPrefix(e.Error(), ":2:1: ") {
		t.Fatalf("%+v: %v", e, e)
	}
}

func TestABadValueOfAMapHasRowAndField(t *testing.T) {
	c := newTestContext(t)
	rows := []map[string]any{{"domain": "a.example"}, {"domain": "b.example", "what": struct{}{}}}
	_, err := c.BatchOfMaps(rows)
	if e := wants(t, err, ErrArgument); e.Row != 2 || e.Field != "what" {
		t.Fatalf("%+v", e)
	}
	_, err = c.BuildReference(ctx, nil, Maps(rows))
	var e *Error
	if wants(t, err, ErrIO); !stderrors.As(err.(*Error).Err, &e) || e.Row != 2 || e.Field != "what" || e.Code != ErrArgument {
		t.Fatalf("%v", err)
	}
	for _, rows := range [][][]string{nil, {{}}, {{"a", "a"}}} {
		_, err := c.BatchOfRows(rows)
		wants(t, err, ErrFormat)
		_, err = c.Open(Rows(rows))
		wants(t, err, ErrFormat)
	}
	_, err = c.BatchOfRows([][]string{{"a"}, {"1", "2"}})
	if e := wants(t, err, ErrFormat); e.Row != 1 {
		t.Fatalf("%+v", e)
	}
}

type broken struct {
	r     io.Reader
	err   error
	panic any
}

func (b *broken) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.EOF {
		if b.panic != nil {
			panic(b.panic)
		}
		err = b.err
	}
	return n, err
}

func (b *broken) Write(p []byte) (int, error) {
	if b.panic != nil {
		panic(b.panic)
	}
	return 0, b.err
}

var errDisk = stderrors.New("the disk is on fire")

func TestTheCallersOwnErrorIsWrapped(t *testing.T) {
	c, m, _ := models(t)
	csv := "domain,industry\na.example,x\n"
	for i := 0; i < 2; i++ { // once in opening, once later
		_, err := c.BuildReference(ctx, nil, From("own", &broken{r: strings.NewReader(strings.Repeat(csv, i*200000)), err: errDisk}))
		if wants(t, err, ErrIO); !stderrors.Is(err, errDisk) {
			t.Fatalf("%v", err)
		}
	}
	_, err := c.LoadModel(&broken{r: bytes.NewReader(modelBytes(t, m)[:5000]), err: errDisk})
	if wants(t, err, ErrIO); !stderrors.Is(err, errDisk) {
		t.Fatalf("%v", err)
	}
	if err := m.Save(&broken{err: errDisk}); !stderrors.Is(err, errDisk) || !stderrors.Is(err, ErrIO) {
		t.Fatalf("%v", err)
	}
	if err := m.Save(&broken{}); !stderrors.Is(err, io.ErrShortWrite) {
		t.Fatalf("%v", err)
	}
	if err := once.world.SaveFile(filepath.Join(t.TempDir(), "no", "such", "folder")); !stderrors.Is(err, ErrIO) {
		t.Fatalf("%v", err)
	}
	if _, err = c.Open(FS(os.DirFS(folder), "absent")); !stderrors.Is(err, fs.ErrNotExist) || !stderrors.Is(err, ErrIO) {
		t.Fatalf("%v", err)
	}
	if _, err = c.Open(From("lazy", lazy{})); !stderrors.Is(err, io.ErrNoProgress) {
		t.Fatalf("%v", err)
	}
	if _, err = c.Open(From("liar", liar{})); !stderrors.Is(err, ErrIO) {
		t.Fatalf("%v", err)
	}
}

type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

type liar struct{}

func (liar) Read(p []byte) (int, error) { return len(p) + 1, nil }

func TestAPanicOfTheCallerGoesOn(t *testing.T) {
	c, m, _ := models(t)
	panics := func(f func()) {
		t.Helper()
		defer func() {
			t.Helper()
			if p := recover(); p != "own" {
				t.Fatalf("%v", p)
			}
		}()
		f()
	}
	rows := "domain,industry\na.example,x\n"
	panics(func() { _, _ = c.Open(From("own", &broken{r: strings.NewReader(""), panic: "own"})) })
	panics(func() {
		_, _ = c.BuildReference(ctx, nil, From("own", &broken{r: strings.NewReader(strings.Repeat(rows, 200000)), panic: "own"}))
	})
	panics(func() { _ = m.Save(&broken{panic: "own"}) })
	panics(func() {
		watched := WithProgress(ctx, func(Stage, uint64, uint64) { panic("own") })
		_, _ = c.Fit(watched, once.world, FitData{Customers: []Input{File(golden("customers.csv"))}}, nil)
	})
	panics(func() {
		_, _ = c.OpenDataset(ctx, []Table{{"companies", func() (io.ReadCloser, error) { panic("own") }}}, nil)
	})
	panics(func() {
		_, _ = c.OpenDataset(ctx, []Table{{"companies", func() (io.ReadCloser, error) {
			return io.NopCloser(&broken{r: strings.NewReader(rows), panic: "own"}), nil
		}}}, nil)
	})
	goldenID(t, m, "model") // all is as before
}

func TestAContextStopsALongCall(t *testing.T) {
	c, _, _ := models(t)
	for after := 1; after < 40; after += 6 {
		stopped, cancel := context.WithCancel(ctx)
		calls := 0
		watched := WithProgress(stopped, func(Stage, uint64, uint64) {
			if calls++; calls == after {
				cancel()
			}
		})
		_, err := c.Fit(watched, once.world, FitData{Customers: []Input{File(golden("customers.csv"))}}, nil)
		if calls < after {
			break
		}
		if wants(t, err, ErrCancelled); !stderrors.Is(err, context.Canceled) || calls > after+1 {
			t.Fatalf("after %d of %d calls: %v", after, calls, err)
		}
		cancel()
	}
	late, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	_, m, _ := models(t)
	err := newTestScorer(t, m, nil).ScoreTable(late, c, File(golden("companies.csv")), func(*Result) error { return nil })
	if wants(t, err, ErrCancelled); !stderrors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
	err = newTestScorer(t, m, nil).ScoreTable(ctx, c, File(golden("companies.csv")), func(*Result) error { return errDisk })
	if err != errDisk {
		t.Fatalf("%v", err)
	}
}

func TestProgressIsReported(t *testing.T) {
	c := newTestContext(t)
	seen := map[Stage]uint64{}
	watched := WithProgress(ctx, func(s Stage, done, total uint64) { seen[s]++ })
	world := must(c.BuildReference(watched, nil, File(golden("companies.csv"))))(t)
	must(c.Fit(watched, world, FitData{Customers: []Input{File(golden("customers.csv"))}}, nil))(t)
	for _, s := range []Stage{StageRead, StageFit, StageCalibrate} {
		if seen[s] == 0 {
			t.Fatalf("%v", seen)
		}
	}
}

func TestTheLogIsHeard(t *testing.T) {
	var lines []string
	c := must(NewContext(&ContextOptions{Log: func(level int, code Code, text string) { lines = append(lines, text) }}))(t)
	world := must(c.BuildReference(ctx, nil, File(golden("companies.csv"))))(t)
	c.Close() // what was made from it goes on, and so does its log
	c2 := newTestContext(t)
	rows := append(table_(t, "customers.csv"), []string{"nobody.example"})
	m := must(c2.Fit(ctx, world, FitData{Customers: []Input{Rows(rows)}}, nil))(t)
	defer m.Close()
	_ = lines // of the context of the fit
	lines = nil
	c = must(NewContext(&ContextOptions{Log: func(level int, code Code, text string) { lines = append(lines, text) }}))(t)
	defer c.Close()
	f := must(c.NewFit(world, nil))(t)
	defer f.Close()
	if err := f.AddCustomers(ctx, Rows(rows)); err != nil {
		t.Fatal(err)
	}
	must(f.Run(ctx))(t)
	if len(lines) == 0 || lines[0] == "" {
		t.Fatalf("%q", lines)
	}
}

func TestReportsOfErrorsAreNotJSON(t *testing.T) {
	_, m, _ := models(t)
	_, err := m.WithCard([]byte("{\"owner\": 5}"))
	if e := wants(t, err, ErrFormat); e.Line != 1 {
		t.Fatalf("%+v", e)
	}
	card := must(must(m.WithCard([]byte(`{"owner": "Zoë"}`)))(t).Card())(t)
	var parsed struct{ Owner string }
	if err := json.Unmarshal(card, &parsed); err != nil || parsed.Owner != "Zoë" {
		t.Fatalf("%s: %v", card, err)
	}
}
