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
// Control: a report without the calendar ("2019-06-07:放假(端午节) … is not in the report"); with it in
// every period ("the calendar stands there 20 times").
// What may differ is told once for all items of the same places, by names of counties: item by
// item and by codes "what may differ is told 141 times".
// A multiple that no longer holds is told by diff and by check, which ends in order: without remind
// "check tells nothing", without RemindersOf it "is not in the report".
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
		if out, status := diff(pair[0], pair[1]); status != 0 || !strings.HasPrefix(out, "比的是\n  - ") || strings.Count(out, "\n") != 4 || !strings.HasSuffix(out, "没有不一样的地方\n") {
			t.Errorf("%v: %d %s", pair, status, out)
		}
	}
	if out, status := diff("2024-03-01", "2026-01-01"); status != 1 || !strings.Contains(out, "CL-01") || !strings.Contains(out, "F 刚性支出困难家庭认定") || !strings.Contains(out, "12000 元(样本,样本) → 20000 元") || !strings.HasPrefix(out, "比的是\n  - 随程序来的政策(不是发布过的版本),2024-03-01 那天\n  + 随程序来的政策(不是发布过的版本),2026-01-01 那天\n") {
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
	if !strings.HasPrefix(out, "比的是\n  - 文件夹 "+folder+",每个有变化的日子\n  + 文件夹 "+changed+",每个有变化的日子\n") { // by a newcomer: what was compared was said nowhere
		t.Errorf("it does not say what is compared with what: %.200s", out)
	}
	for _, want := range []string{
		"事项 MZ-01 最低生活保障", "- 30 个工作日,县里定的 30 个,特殊情况 45 个(S)", "+ 28 个工作日,县里定的 30 个,特殊情况 45 个(S)",
		"- 户口在德州,或有德州的居住证。", "+ 户口在德州,或者有居住证。", "- 多大年纪 不低于 80 岁", "+ 多大年纪 不低于 78 岁", "2019-06-07:放假(端午节) → 上班", "规则包 A 社会救助暂行办法,低保按 2012 年试行办法:用上,从 2014-05-01 起,到 2021-07-02 前",
		"480 元(样本行 2020-07,样本) → 500 元(样本行 2020-07,样本)\n    各县 农村", "够不够条件可能变,各处,", "MZ-10 高龄津贴", "给的钱可能变,各县 农村,", "同上",
		"困难指数的权重:谁排在前面都可能变", "- H-1: A 收入缺口 100(满分 30.0 分) B 刚性支出 100(满分 20.0 分)", "+ H-1/", ": A 收入缺口 110(满分 33.0 分) B 刚性支出 85(满分 17.0 分)", "+ 德民发〔2026〕9号",
		"提醒:各县 农村的特困基本生活标准(每人每月)是 624 元/月,不到低保标准(每人每月) 500 元/月的 1.3 倍(650 元/月),少 26 元/月。依据:德州市",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in the report of status %d:\n%s", want, status, out)
		}
	}
	var checked bytes.Buffer
	if err := (&policyCheckCmd{Folder: changed}).Run(&tool{out: &checked}); err != nil || !strings.Contains(checked.String(), "少 26 元/月,从 2020-07-01 起。依据:") || !strings.Contains(checked.String(), "policies are in order") {
		t.Errorf("check tells nothing: %v\n%s", err, checked.String())
	}
	if n := strings.Count(out, "给的钱可能变"); n > 2*strings.Count(out, "== 从 ") || strings.Contains(out, "371402") {
		t.Errorf("what may differ is told %d times, or by the codes of counties", n)
	}
	if n := strings.Count(out, "2019-06-07"); status != 1 || n != 1 {
		t.Errorf("status %d, and the calendar stands there %d times", status, n)
	}
	if _, status := diff(filepath.Join(folder, "nothing"), "2024-03-01"); status != statusNotKnown {
		t.Errorf("an unreadable folder ends with %d", status)
	}
}
