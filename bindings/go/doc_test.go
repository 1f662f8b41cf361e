// SPDX-License-Identifier: MIT

package icp

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// block is the first fenced block of a language in a document.
func block(t *testing.T, doc, language string) string {
	from := strings.Index(doc, "```"+language+"\n")
	if from < 0 {
		t.Fatalf("there is no block of %s", language)
	}
	rest := doc[from+len(language)+4:]
	return rest[:strings.Index(rest, "```")]
}

// The program of doc/go.md, in a module of its own that names this one as the page says, prints what the page shows.
func TestTheProgramOfTheDocumentRuns(t *testing.T) {
	doc := string(must(os.ReadFile("../../doc/go.md"))(t))
	here := must(os.Getwd())(t)
	folder_ := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder_, "main.go"), []byte(block(t, doc, "go")), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) string {
		t.Helper()
		c := exec.Command("go", args...)
		c.Dir = folder_
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	command("mod", "init", "consumer")
	command("mod", "edit", "-require=icp@v0.0.0", "-replace=icp="+here)
	companies, customers := must(filepath.Abs(golden("companies.csv")))(t), must(filepath.Abs(golden("customers.csv")))(t)
	got := command("run", ".", companies, customers, filepath.Join(folder_, "model.icp"))
	if want := block(t, doc, "text"); got != want {
		t.Fatalf("it prints\n%s\nthe document shows\n%s", got, want)
	}
	info := must(must(newTestContext(t).LoadModelFile(filepath.Join(folder_, "model.icp")))(t).Info())(t)
	if info.Layers[0] != LayerFit {
		t.Fatal("no model")
	}
	if formatted := must(exec.Command("gofmt", "-l", folder_).CombinedOutput())(t); len(formatted) > 0 {
		t.Fatalf("not formatted: %s", formatted)
	}
}
