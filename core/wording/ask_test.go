package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// Every message that the catalogue sends by itself asks for no money, no code, no card and no
// password, and one that speaks of money ends with the hotline's number (F69).
//
// Controls: Approved without Help (`Approved: 说到钱,最后没写 12345`); ConferenceKept with the
// reconsideration behind the number (the same of it); 请报卡号 in Paid (`像骗子的话:卡号`).
func TestNoMessageAsksForMoneyCodeOrCard(t *testing.T) {
	t.Parallel()
	all := samples()
	sent := senders(t)
	for _, name := range sent {
		if all[name] == nil {
			t.Errorf("%s makes a message and is not among the samples", name)
		}
		for _, text := range all[name] {
			for _, fault := range LintNotice(text) {
				t.Errorf("%s: %s\n  in: %s", name, fault, text)
			}
		}
	}
	if len(sent) < 35 {
		t.Errorf("only %d makers of messages found", len(sent))
	}
}

// senders are the functions of the package that make a whole message, in whatever file.
func senders(t *testing.T) (out []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") || !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() && makesNotice(fn) {
				out = append(out, fn.Name.Name)
			}
		}
	}
	return out
}

func makesNotice(fn *ast.FuncDecl) bool {
	if fn.Type.Results == nil {
		return false
	}
	for _, r := range fn.Type.Results.List {
		if id, ok := r.Type.(*ast.Ident); ok && id.Name == "Notice" {
			return true
		}
	}
	return false
}

// What an impostor would write is found, however it is put; what we write is not. The first
// are the lint's own control: a lint that finds nothing turns this red.
func TestWhatAnImpostorWrites(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"请把验证码报给我们。", "告诉我们您的卡号。", "把银行卡密码发来。", "先交 20 元手续费,再发钱。", "需要转账到这个户头。", "交 50 元就给您办。",
		"输入登录码领钱。", "请先缴费。", "把保证金打过来。", "点链接领 360 元。", "念给我们您收到的验证码。", "要您交押金。", "付给我们 1,000 元。",
	} {
		if asked := Lint(bad); !strings.Contains(strings.Join(asked, " "), "像骗子的话") {
			t.Errorf("passes: %s (%v)", bad, asked)
		}
	}
	for _, good := range []string{Promise, "谁来要都不给,我们不会打电话要。", "请带卡到王庙镇核对一下。", "已打到尾号 6217 的卡。", "360 元发到卡上了。", "您的登录码是 482910。", "已转给平原县民政局。"} {
		if got := Lint(good); got != nil {
			t.Errorf("%s: %v", good, got)
		}
	}
	for text, ends := range map[string]bool{
		"360 元打到卡上了。" + Help: true, "360 元打到卡上了。" + Help + Promise: true, "360 元打到卡上了。": false,
		Help + "360 元打到卡上了。": false, "360 元打到卡上了。" + Promise: false, "您的申请到了王庙镇。": true,
	} {
		if got := LintNotice(text); (got == nil) != ends {
			t.Errorf("%s: %v", text, got)
		}
	}
}
