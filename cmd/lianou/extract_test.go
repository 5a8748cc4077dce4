package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The slots that the sample lines want are given. Read from the own copy, and from
// the public samples where they lie.
func TestExtractSamples(t *testing.T) {
	t.Parallel()
	for _, name := range []string{filepath.Join("testdata", "transcripts.jsonl"), filepath.Join("..", "..", "..", "shared", "samples", "transcripts.jsonl")} {
		b, err := os.ReadFile(name)
		if os.IsNotExist(err) && !strings.HasPrefix(name, "testdata") {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var out, say bytes.Buffer
		if err := extractLines(bytes.NewReader(b), &out, &say); err != nil || say.Len() > 0 {
			t.Errorf("%s: %v\n%s", name, err, say.String())
		}
		if strings.Count(out.String(), "\n") != strings.Count(string(b), "\n") {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}

// A bad line is answered with an error line that names the place and quotes
// nothing; the good lines around it are read, and the run fails.
// Control: a decoder that lets unknown keys pass.
func TestExtractBadLines(t *testing.T) {
	t.Parallel()
	good := `{"text":"我叫李秀英"}`
	for name, bad := range map[string]string{
		"no JSON":         `{"text":`,
		"no text":         `{"kind":"x"}`,
		"text is no text": `{"text":5}`,
		"unknown key":     `{"text":"x","secret":"y"}`,
		"unknown slot":    `{"text":"x","want":{"salary":1}}`,
		"two in a line":   good + good,
	} {
		var out, say bytes.Buffer
		err := extractLines(strings.NewReader(good+"\n"+bad+"\n\n"+good), &out, &say)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		var fault matchFault
		if err == nil || len(lines) != 3 || !strings.Contains(lines[2], "李秀英") || json.Unmarshal([]byte(lines[1]), &fault) != nil || fault.Error.Line != 2 || fault.Error.Say == "" {
			t.Errorf("%s: %v %q", name, err, lines)
		}
	}
}

// Control: differ that compares nothing.
func TestExtractWantThatDoesNotHold(t *testing.T) {
	t.Parallel()
	var out, say bytes.Buffer
	err := extractLines(strings.NewReader(`{"text":"我叫李秀英","want":{"name":"李秀芝","needs":[]}}`), &out, &say)
	if err == nil || !strings.Contains(say.String(), `line 1: name is "李秀英", want "李秀芝"`) {
		t.Errorf("%v: %s", err, say.String())
	}
}
