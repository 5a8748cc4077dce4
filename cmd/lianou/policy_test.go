package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/core/policy"
)

// F108: what is exported is what is built in, byte for byte, and is in order.
// Control: writing the files without their last byte turns it red.
func TestPolicyExportIsIdentical(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "policies")
	var out bytes.Buffer
	if err := (&policyExportCmd{Folder: folder}).Run(&tool{out: &out}); err != nil {
		t.Fatal(err)
	}
	files, err := policy.Sources()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	err = fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		want, _ := fs.ReadFile(files, p)
		if got, err := os.ReadFile(filepath.Join(folder, p)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs: %v", p, err)
		}
		return nil
	})
	if err != nil || n < 9 {
		t.Fatalf("%d files: %v", n, err)
	}
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if err := (&policyCheckCmd{Folder: folder}).Run(&tool{out: &out}); err != nil || strings.Count(out.String(), lib.Digest) != 2 {
		t.Errorf("%v: %s", err, out.String())
	}
	if err := (&policyExportCmd{Folder: folder}).Run(&tool{out: &out}); err == nil {
		t.Error("it writes over a folder that is not empty")
	}
}

// The report names what changed with both versions, and the status of the command
// tells equal, different and unreadable apart. What the calendar says is told once.
// Control: a report without the calendar ("day 2019-06-07 … is not in the report"); with it in
// every period ("the calendar stands there 20 times").
// What may differ is told once for all items of the same places, by names of counties: item by
// item and by codes "what may differ is told 141 times".
func TestPolicyDiff(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "policies")
	if err := (&policyExportCmd{Folder: folder}).Run(&tool{out: &bytes.Buffer{}}); err != nil {
		t.Fatal(err)
	}
	diff := func(old, new string) (string, int) {
		var out bytes.Buffer
		err := (&policyDiffCmd{Old: old, New: new}).Run(&tool{out: &out})
		var v *verdict
		if errors.As(err, &v) {
			return out.String(), v.status
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), 0
	}
	for _, pair := range [][2]string{{folder, folder}, {"2024-03-01", folder}, {"2024-03-01", "2024-03-02"}} {
		if out, status := diff(pair[0], pair[1]); status != 0 || out != "no difference\n" {
			t.Errorf("%v: %d %s", pair, status, out)
		}
	}
	if out, status := diff("2024-03-01", "2026-01-01"); status != 1 || !strings.Contains(out, "CL-01") || !strings.Contains(out, "F 刚性支出困难家庭认定") || !strings.Contains(out, "12000 yuan (样本, sample) -> 20000 yuan") {
		t.Errorf("%d %s", status, out)
	}
	changed := filepath.Join(t.TempDir(), "changed")
	if err := os.CopyFS(changed, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	edit := func(file, old, new string) {
		name := filepath.Join(changed, file)
		b, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(b, []byte(old)) {
			t.Fatalf("%s: %v", file, err)
		}
		if err := os.WriteFile(name, bytes.Replace(b, []byte(old), []byte(new), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edit("criteria.yaml", "pass: 户口在德州,或有德州的居住证。", "pass: 户口在德州,或者有居住证。")
	edit("criteria.yaml", "    op: \">=\"\n    value: 80", "    op: \">=\"\n    value: 78")
	edit("amounts.yaml", "{area: rural, value: 480, from: 2020-07-01", "{area: rural, value: 500, from: 2020-07-01")
	edit("packs.yaml", "limit: {days: 30, county: 30, special: 45", "limit: {days: 28, county: 30, special: 45")
	edit("calendar.yaml", "days: [2019-06-07, 2019-06-08, 2019-06-09]", "days: [2019-06-08, 2019-06-09]")
	edit("packs.yaml", "until: 2021-07-01", "until: 2021-07-02")
	weights := []byte("index:\n  source: 德民发〔2026〕9号\n  weights: {A: 110, B: 85, C: 100, D: 100, E: 100, F: 100, G: 100}\n")
	if err := os.WriteFile(filepath.Join(changed, "index.yaml"), weights, 0o600); err != nil {
		t.Fatal(err)
	}
	out, status := diff(folder, changed)
	for _, want := range []string{
		"item MZ-01 最低生活保障", "- 30 working days, 30 at the county, 45 in special cases (S)", "+ 28 working days, 30 at the county, 45 in special cases (S)",
		"- 户口在德州,或有德州的居住证。", "+ 户口在德州,或者有居住证。", "- age >= 80 years", "+ age >= 78 years", "day 2019-06-07: off, 端午节 -> worked", "pack A 社会救助暂行办法,低保按 2012 年试行办法: in force, from 2014-05-01 until 2021-07-02",
		"480 yuan (样本行 2020-07, sample) -> 500 yuan (样本行 2020-07, sample)\n    rural in every county", "outcomes may differ, everywhere, items ", "MZ-10 高龄津贴", "amounts may differ, rural in every county, items ", "the same",
		"weights of the hardship index: everybody's place may differ", "- H-1: A 收入缺口 100% (30.0 points) B 刚性支出 100% (20.0 points)", "+ H-1/", ": A 收入缺口 110% (33.0 points) B 刚性支出 85% (17.0 points)", "+ 德民发〔2026〕9号",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the report of status %d:\n%s", want, status, out)
		}
	}
	if n := strings.Count(out, "amounts may differ"); n > 2*strings.Count(out, "== from ") || strings.Contains(out, "371402") {
		t.Errorf("what may differ is told %d times, or by the codes of counties", n)
	}
	if n := strings.Count(out, "2019-06-07"); status != 1 || n != 1 {
		t.Errorf("status %d, and the calendar stands there %d times", status, n)
	}
	if _, status := diff(filepath.Join(folder, "nothing"), "2024-03-01"); status != statusNotKnown {
		t.Errorf("an unreadable folder ends with %d", status)
	}
}
