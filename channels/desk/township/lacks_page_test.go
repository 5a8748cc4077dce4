package township_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// What is missing is ticked off a list and said once; what a register has stands apart, with its name, and
// becomes the officer's to look up. What the register does not have is the household's after all, and a
// second time asks why.
//
// Controls, named: the form that ticks what a register has; no late field.
func TestWhatIsMissingIsTickedOnce(t *testing.T) {
	t.Parallel()
	h := newStore(t)
	root, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica;
		update casefile set asked = '{SF-01,MZ-08}', facts_version = 1;
		insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
			select id, region, 1, now(), '{"on":"2026-03-01","members":[{"ref":"m1"},{"ref":"m2"}]}', '{}', repeat('a', 64), 'application' from casefile;
		insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, after, book, members, near)
			select id, region, 1, i.item, i.name, i.at, 'unknown', false, '[]', i.missing::text[], '{}', '', 'b', '[]', ''
			from casefile, (values ('SF-01', '法律援助', 1, '{legal_matter}'), ('MZ-08', '重度残疾人护理补贴', 2, '{members/m2/disability,members/m2/needs_long_term_care}')) as i (item, name, at, missing);
		commit`)
	must(t, err)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	officer := browsertest.Start(t).Tab(t)
	officer.Open(site.URL + "/desk/login")
	officer.Fill("input[name=login]", "wangmiao.officer")
	officer.Fill("input[name=password]", staff.DemoPassword)
	officer.Go(".login .btn.go")
	officer.Open(site.URL + "/desk/township/case/1")
	narrow(officer)
	form := `form[action$="/case/1/ask_supplement"]`
	open := func() {
		officer.Eval(`for (let d = document.querySelector('` + form + `').closest("details"); d; d = d.parentElement.closest("details")) d.open = true; ""`)
	}
	has := func(what, at string, words ...string) {
		t.Helper()
		list := ""
		for i, w := range words {
			if i > 0 {
				list += ","
			}
			list += `"` + w + `"`
		}
		officer.Until(what, `[`+list+`].every((w) => document.querySelector('`+at+`').innerText.includes(w))`)
	}

	// 1. The list: what the household is asked for, and what is ours.
	open()
	has("whose each thing is", form, "要打的是什么官司", "合同、欠条、判决书", "要人长期照护(周小山)", "我们自己查", "残疾证(周小山)", "残联")
	officer.Until("a register's is no tick", `document.querySelectorAll('`+form+` [name=tick]').length === 3 && !document.querySelector('`+form+` [value="members/m2/disability"]')`)
	officer.Accessible()
	officer.Whole()
	officer.Eval(`document.querySelector('` + form + `').scrollIntoView(); ""`)
	officer.Shot("township-ask-once-phone")
	officer.Fill(form+" [name=reason]", "周小山的残疾证")
	officer.Eval(`document.querySelector('` + form + ` .btn').click(); ""`)
	officer.Until("a register's paper is not asked for in words either", `document.querySelector("#say").innerText.includes("残联有记录,不问家里要")`)
	officer.Fill(form+" [name=reason]", "村里联系人的名字")
	officer.Go(form + " .btn")
	officer.Wait("办好了:一次说清还缺什么")
	// 2. Who looks up what, and by when.
	has("who looks it up", "#looks", "残疾证(周小山)", "残联", "还没查", "来查")
	officer.Eval(`document.querySelector("#looks").scrollIntoView(); ""`)
	officer.Accessible()
	officer.Shot("township-looks-phone")
	officer.Eval(`document.querySelectorAll("#looks details").forEach((d) => d.open = true); ""`)
	officer.Click("#looks [name=outcome][value=none]")
	officer.Fill("#looks [name=reason]", "残联 11 月的名册里没有")
	officer.Go("#looks .btn")
	officer.Wait("办好了:登记查到的")
	has("the register has nothing", "#looks", "没查到,可以问家里", "残联 11 月的名册里没有")
	// 3. Once more, and why.
	open()
	has("it is the household's now", form, "残疾证(周小山)", "残联没查到", "已经问过 1 次")
	officer.Desk()
	officer.Accessible()
	officer.Eval(`document.querySelector('` + form + `').scrollIntoView(); ""`)
	officer.Shot("township-ask-again")
	officer.Fill(form+" [name=late]", "残联没有,才来问家里")
	officer.Go(form + " .btn")
	officer.Wait("办好了:一次说清还缺什么")
	officer.Until("it is counted", `document.body.innerText.includes("第 2 次请补")`)
	officer.Quiet()
}
