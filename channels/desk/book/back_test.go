package book_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// takesBack makes the city's second edition raise a standard, and a draft of the files that
// ship with the program, as somebody makes who kept them.
func (o *office) takesBack() {
	o.t.Helper()
	ids := map[string]core.StaffID{}
	for _, login := range []string{"han", "lin"} {
		var id core.StaffID
		o.must(o.db.Read(o.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select id from staff_account where login = $1`, login).Scan(&id)
		}))
		ids[login] = id
	}
	list, err := o.rules.Editions(o.t.Context())
	o.must(err)
	today := core.DateOf(list[0].Published)
	raise := rulebook.Op{Amount: &rulebook.Amount{Param: "dibao.standard", Area: "rural", Value: "520", From: today, Source: "德民发〔2026〕1号"}}
	id, err := o.rules.Begin(o.t.Context(), ids["han"], "提高农村低保标准", rulebook.Step{Op: raise, Why: "会议"})
	o.must(err)
	d, err := o.rules.Draft(o.t.Context(), id)
	o.must(err)
	o.must(o.rules.Sign(o.t.Context(), ids["han"], rulebook.Signature{Draft: id, Digest: d.Digest, Apart: true}))
	_, err = o.rules.Publish(o.t.Context(), ids["lin"], rulebook.Publication{Draft: id, Digest: d.Digest, From: today, Apart: true})
	o.must(err)
	fsys, err := policy.Shipped()
	o.must(err)
	set, err := rulebook.ReadSources(fsys)
	o.must(err)
	set, err = rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.care_half", Value: "140", From: today, Source: "德民发〔2026〕2号"}}.Apply(set)
	o.must(err)
	have, err := o.rules.Sources(o.t.Context(), 2)
	o.must(err)
	_, err = o.rules.Begin(o.t.Context(), ids["han"], "提高照料护理标准", rulebook.Step{Op: rulebook.Op{Files: have.Changes(set)}, Why: "会议"})
	o.must(err)
}

// TestFilesThatTakeBack: the page of a draft of whole files says what they change, and loudly
// what they take back of the edition published last, also beside the second signature.
// Control: without TakenBack the second signer's page lacks "改过的 ... 处改回去".
func TestFilesThatTakeBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	han, lin := o.as("han"), o.as("lin")
	const at = "/desk/book/draft/2"
	status, page := o.ask(han, at, nil)
	for _, want := range []string{"更换文件:amounts.yaml", "半护理)(各县):130 元/月(样本) → 140 元/月", "农村):520 元/月 → 480 元/月(样本)", "改过的 <span class=\"num\">1</span> 处又改回了以前"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d: the author's page lacks %q", status, want)
		}
	}
	o.ask(han, at+"/sign", map[string][]string{"digest": {digest.FindStringSubmatch(page)[1]}, "apart": {"1"}})
	if _, page = o.ask(lin, at, nil); !strings.Contains(page, "改过的 <span class=\"num\">1</span> 处改回去,都写在这一页最上面") {
		t.Error("the second signature is asked for without the warning")
	}
	if _, page = o.ask(lin, "/desk/book/draft/1", nil); strings.Contains(page, "改回") {
		t.Error("a draft that takes nothing back is warned of")
	}
}

// TestStandingBesideTheField: whoever sets a standard sees what it is today, where they chose.
// Control: with the counties left out of the question "草案里,今天是 平原县 城镇 600 元/月(样本)" is not in the page.
func TestStandingBesideTheField(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	han := o.as("han")
	o.ask(han, "/desk/book/begin", map[string][]string{"why": {"提高"}})
	const at = "/desk/book/draft/1/standing"
	for query, want := range map[string][]string{
		"?param=dibao.standard&area=rural":    {"草案里,今天是 各县 农村 480 元/月(样本)"},
		"?param=dibao.standard&area=urban":    {"草案里,今天是 其他县 城镇 600 元/月(样本)", "草案里,今天是 德城区、陵城区、德州经济技术开发区、德州运河经济开发区 城镇 620 元/月(样本)"},
		"?param=dibao.standard&county=371426": {"草案里,今天是 平原县 城镇 600 元/月(样本)", "草案里,今天是 平原县 农村 480 元/月(样本)"},
		"?param=tekun.care_half&area=":        {"草案里,今天是 各县 130 元/月(样本)"},
		"?param=insurance.premium":            {"元/年"},
		"?param=":                             nil,
	} {
		status, page := o.ask(han, at+query, nil)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: %q is not in %s", query, w, page)
			}
		}
		if status != http.StatusOK || strings.Count(page, "草案里,今天是") < len(want) || len(want) > 1 && strings.Count(page, "草案里,今天是") != len(want) || want == nil && strings.Contains(page, "草案里,今天是") {
			t.Errorf("%s: %d %s", query, status, page)
		}
	}
}

// The same in a browser, whole and without a finding of axe at both widths.
func TestFilesThatTakeBackPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "han")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Open(o.site.URL + "/desk/book/draft/2")
	tab.Wait("又改回了以前")
	tab.Laptop()
	tab.Choose("form[action$=amount] select[name=param]", "dibao.standard")
	tab.Choose("form[action$=amount] select[name=area]", "rural")
	tab.Wait("草案里,今天是 各县 农村 480 元/月")
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-back")
	tab.Phone()
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-back-phone")
	ofEveryKind(o)
	tab.Open(o.site.URL + "/desk/book/draft/3")
	tab.Wait("已经过去的日子也改了")
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-told-phone")
	tab.Laptop()
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-told")
	tab.Quiet()
}

// ofEveryKind drafts a step of files by which days gone by, a holiday, a formula and many
// amounts change, and a step after it that cannot be read.
func ofEveryKind(o *office) {
	o.t.Helper()
	have, err := o.rules.Sources(o.t.Context(), 2)
	o.must(err)
	set := have
	for _, e := range [][3]string{{"amounts.yaml", "value: 1", "value: 2"}, {"items/mz.yaml", "formula: dibao_standard * members_count", "formula: dibao_standard * members_count * 2"},
		{"calendar.yaml", "      - {name: 端午节, days: [2019-06-07, 2019-06-08, 2019-06-09]}\n", ""}} {
		text, _ := set.File(e[0])
		set, err = set.With(e[0], strings.ReplaceAll(text, e[1], e[2]))
		o.must(err)
	}
	d, err := o.rules.Draft(o.t.Context(), 2)
	o.must(err)
	id, err := o.rules.Begin(o.t.Context(), d.Author, "各样都改", rulebook.Step{Op: rulebook.Op{Files: have.Changes(set)}, Why: "会议"})
	o.must(err)
	o.unreadable(id)
}

// unreadable adds two steps to a draft, as an older program left them: the set between them
// does not load.
func (o *office) unreadable(id int64) {
	o.t.Helper()
	o.must(o.db.Tx(o.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into rulebook_change (draft, n, author, op, why, at) select id, n, author, case n when 2 then '{"files": {"more.yaml": "items: 3\n"}}' else '{"files": {"more.yaml": ""}}' end::jsonb, '试', $1
			from rulebook_draft, generate_series(2, 3) n where id = $2`, tx.Now(), id)
		return err
	}))
}
