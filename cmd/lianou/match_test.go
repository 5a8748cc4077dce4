package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lianou/cmd/internal/replay"
	"lianou/core"
)

// matched runs `match --check` over a text of JSON lines.
func matched(t *testing.T, in string) ([]map[string]json.RawMessage, error) {
	t.Helper()
	var out bytes.Buffer
	err := matchLines(strings.NewReader(in), &out, true, nil)
	var list []map[string]json.RawMessage
	for line := range strings.Lines(out.String()) {
		var one map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("not JSON: %s", line)
		}
		list = append(list, one)
	}
	return list, err
}

// The outcomes that the sample lines want hold, all 41 findings are there, and each
// says why. Read from the own copy, and from the public samples where they lie.
func TestMatchSamples(t *testing.T) {
	t.Parallel()
	for _, name := range []string{filepath.Join("testdata", "households.jsonl"), filepath.Join("..", "..", "..", "shared", "samples", "households.jsonl")} {
		b, err := os.ReadFile(name)
		if os.IsNotExist(err) && !strings.HasPrefix(name, "testdata") {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		list, err := matched(t, string(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i, line := range list {
			var findings map[core.ItemCode]struct {
				Outcome string
				Reasons []struct{ Code, Text string }
				Missing []string
				Nearest struct {
					Text  string
					Steps []struct{ Code, Need, Can string }
				}
			}
			if err := json.Unmarshal(line["findings"], &findings); err != nil {
				t.Fatal(err)
			}
			if len(findings) != 41 || len(line) != 3 {
				t.Errorf("%s line %d: %d findings, %d keys", name, i+1, len(findings), len(line))
			}
			for code, f := range findings {
				if len(f.Reasons) == 0 || f.Missing == nil || (f.Outcome == "unknown") != (len(f.Missing) > 0) {
					t.Errorf("%s line %d %s: %+v", name, i+1, code, f)
				}
				if near := f.Nearest; (f.Outcome == "not_eligible") != (near.Text != "" && len(near.Steps) > 0) {
					t.Errorf("%s line %d %s: %s, nearest %+v", name, i+1, code, f.Outcome, near)
				}
			}
		}
	}
}

// The traces that are written beside the findings hold, one a line, whoever derives them.
//
// Control: write the trace of another Book's day, or end a trace without its line.
func TestMatchTraces(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "traces.jsonl")
	cmd := matchCmd{File: filepath.Join("testdata", "households.jsonl"), Check: true, Trace: file}
	if err := cmd.Run(&tool{out: io.Discard}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if wrong := replay.Check([]byte(line)); wrong != nil {
			t.Errorf("trace %d: %v", n, wrong)
		}
	}
	if n == 0 || strings.Contains(string(b), "张") {
		t.Errorf("%d traces", n)
	}
}

// The first sample family: dibao is computed, so what hangs on it comes after.
func TestMatchSaysAfter(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("testdata", "households.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := matched(t, string(b))
	if err != nil {
		t.Fatal(err)
	}
	var findings map[string]matchFindingText
	if err := json.Unmarshal(list[0]["findings"], &findings); err != nil {
		t.Fatal(err)
	}
	if f := findings["MZ-07"]; f.Outcome != "eligible" || f.After != "MZ-01" || f.Reasons[0].Code != "after MZ-01" {
		t.Errorf("MZ-07: %+v", f)
	}
	var bundle []string
	if err := json.Unmarshal(list[0]["bundle"], &bundle); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(bundle, "MZ-01") || !slices.Contains(bundle, "MZ-08") || string(list[2]["bundle"]) != "[]" {
		t.Errorf("bundles %v, %s", bundle, list[2]["bundle"])
	}
}

type matchFindingText struct {
	Outcome string
	After   string
	Reasons []struct{ Code string }
}

// A bad line is answered with an error line that names the place and quotes
// nothing; the good lines around it are judged, and the run fails.
func TestMatchBadLines(t *testing.T) {
	t.Parallel()
	good := `{"name":"good","facts":{"on":"2024-03-01","county":"371426","members":[{"ref":"a","age":40}]}}`
	for _, c := range []struct{ name, old, new, code, field string }{
		{"no JSON", good, `{"name":`, "invalid_line", "line"},
		{"unknown key of the line", `"name":"good"`, `"title":"good"`, "invalid_line", "line"},
		{"unknown key of the facts", `"county"`, `"salary":1,"county"`, "unknown_fact", "salary"},
		{"county outside", "371426", "110101", "invalid_county", "county"},
		{"no members", `[{"ref":"a","age":40}]`, `[]`, "invalid_members", "members"},
		{"a day before the rules", "2024-03-01", "1999-03-01", "no_book", ""},
		{"an item that is none", `"facts"`, `"want":{"MZ-99":"eligible"},"facts"`, "invalid_want", "want"},
	} {
		list, err := matched(t, good+"\n"+strings.Replace(good, c.old, c.new, 1)+"\n\n"+good)
		if err == nil || len(list) != 3 || list[0]["findings"] == nil || list[2]["findings"] == nil {
			t.Errorf("%s: %v, %d lines", c.name, err, len(list))
			continue
		}
		var fault matchErrorText
		if err := json.Unmarshal(list[1]["error"], &fault); err != nil || fault.Line != 2 || fault.Code != c.code || fault.Field != c.field || fault.Say == "" {
			t.Errorf("%s: %+v %v", c.name, fault, err)
		}
	}
}

func TestMatchWantThatDoesNotHold(t *testing.T) {
	t.Parallel()
	in := `{"name":"x","facts":{"on":"2024-03-01","county":"371426","members":[{"ref":"a","age":40}]},"want":{"MZ-10":"eligible"}}`
	if _, err := matched(t, in); err == nil {
		t.Error("a want that does not hold passes")
	}
	var out bytes.Buffer
	if err := matchLines(strings.NewReader(in), &out, false, nil); err != nil {
		t.Errorf("without --check it is no fault: %v", err)
	}
}

func TestPolicyCheck(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := (&policyCheckCmd{}).Run(&tool{out: &out}); err != nil || !strings.Contains(out.String(), "41 items, 18 departments") {
		t.Errorf("%v: %s", err, out.String())
	}
	folder := t.TempDir()
	bad := "criteria:\n  - {name: x, fact: agee, op: \"<\", value: 3, unit: years, pass: a, fail: b, unknown: c, law: d}\n"
	if err := os.WriteFile(filepath.Join(folder, "x.yaml"), []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := (&policyCheckCmd{Folder: folder}).Run(&tool{out: &out}); err == nil || !strings.Contains(out.String(), `x.yaml:2:21: x: fact: there is no fact "agee", perhaps "age"`) {
		t.Errorf("%v: %s", err, out.String())
	}
}
