package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicyGuideIsTrue: what docs/policy-guide.md shows of three faults is what the
// program prints of them, to the letter, and it refuses the folder.
// Control: another column in the guide ("the guide does not show ...").
func TestPolicyGuideIsTrue(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/policy-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "policies")
	if err := (&policyExportCmd{Folder: folder}).Run(&tool{out: &bytes.Buffer{}}); err != nil {
		t.Fatal(err)
	}
	for _, slip := range [][3]string{
		{"items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard / 0"},
		{"criteria.yaml", "when: {any: [status.dibao, status.tekun]}", "when: {any: [status.dibao, dibao_or_tekun]}"},
		{"amounts.yaml", "{value: 320, from: 2021-01-01", "{value: 320, from: 2021-02-01"},
	} {
		name := filepath.Join(folder, slip[0])
		b, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(b, []byte(slip[1])) {
			t.Fatalf("%s: %v", slip[0], err)
		}
		if err := os.WriteFile(name, bytes.Replace(b, []byte(slip[1]), []byte(slip[2]), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(guide), slip[2]) {
			t.Errorf("the guide does not say that %q was written", slip[2])
		}
	}
	var out bytes.Buffer
	err = (&policyCheckCmd{Folder: folder}).Run(&tool{out: &out})
	if err == nil || !strings.Contains(string(guide), "```\n"+out.String()+"lianou: "+err.Error()+"\n```") {
		t.Errorf("the guide does not show\n%slianou: %v", out.String(), err)
	}
}
