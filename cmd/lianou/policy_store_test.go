package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/seal"
	"lianou/core/staff"
)

// newRules is the store of a city with its first edition, two people of the city, and what
// the commands print.
func newRules(t *testing.T) (r rules, han, lin core.StaffID, out *bytes.Buffer) {
	t.Helper()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, err := seal.NewKeys(seal.SM4)
	try(err)
	tree, err := registry.EmbeddedRegions()
	try(err)
	out = new(bytes.Buffer)
	r = rules{people: people{ctx: t.Context(), db: pgtest.New(t).DB(pgtest.Platform), log: audit.New(keys.Platform.Ring)}, out: out}
	r.staff, err = staff.New(t.Context(), staff.Config{DB: r.db, Log: r.log, Expand: tree.Expand, Light: true})
	try(err)
	r.store, err = rulebook.New(rulebook.Deps{DB: r.db, Audit: r.log})
	try(err)
	shipped, err := policy.Shipped()
	try(err)
	set, err := rulebook.ReadSources(shipped)
	try(err)
	try(r.store.Found(t.Context(), set))
	hire := func(login, name string) (id core.StaffID) {
		try(r.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			id, err = r.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: name, Roles: []staff.Role{staff.City}, Regions: []core.RegionCode{core.DezhouCity}, Password: long})
			return err
		}))
		return id
	}
	return r, hire("han", "韩立新"), hire("lin", "林若华"), out
}

// TestPolicyAsFiles: what is exported and drafted again is no change (F108); a file that is
// edited goes through both signatures, each by the digest its signer read; one that does not
// load leaves no draft, and every problem a line with its sentence.
// What a folder takes back of the edition published last is said before the draft is made and
// at both signatures. Controls: drafted without the warning ("the warning is not before the draft"); a digest that is taken by its beginning ("published by half a digest"); with a folder that also takes what Changes leaves out, the first draft is made.
func TestPolicyAsFiles(t *testing.T) {
	t.Parallel()
	r, han, lin, out := newRules(t)
	said := func(want string) {
		t.Helper()
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
		out.Reset()
	}
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "rules")
	try(r.export("1", dir))
	try(r.draft(han, dir, "没有改动"))
	said("no draft was made")
	try(r.draft(han, "", "随程序"))
	said("no draft was made")
	if err := r.export("1", dir); core.KindOf(err) != core.KindConflict {
		t.Errorf("written over a folder of rules: %v", err)
	}
	amounts := filepath.Join(dir, "amounts.yaml")
	raw, err := os.ReadFile(amounts)
	try(err)
	was := `{area: rural, value: 480, from: 2020-07-01, sample: true, source: "样本行 2020-07"}`
	try(os.WriteFile(amounts, []byte(strings.Replace(string(raw), was, `{area: rural, value: 480, from: 2020-07-01}`, 1)), 0o600))
	if err := r.draft(han, dir, "少了依据"); !errors.Is(err, rulebook.ErrProblems) {
		t.Errorf("an amount without its source: %v", err)
	}
	said("an amount needs its source\n    这个数额没写出处。请写上文件名和日期。")
	try(os.WriteFile(amounts, []byte(strings.Replace(string(raw), was, `{area: rural, value: 500, from: 2020-07-01, source: 德民发〔2026〕1号}`, 1)), 0o600))
	try(r.draft(han, dir, "提高农村低保标准"))
	list, err := r.store.Drafts(r.ctx)
	try(err)
	if len(list) != 1 {
		t.Fatalf("drafts: %+v", list)
	}
	d := list[0]
	if warned := strings.Contains(out.String(), "WARNING"); warned {
		t.Errorf("what takes nothing back is warned of:\n%s", out)
	}
	today := core.Date(0)
	try(r.tx(func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }))
	const raised = "低保标准(每人每月)(各县 农村):480 元/月(样本) → 500 元/月,从 "
	said("更换文件:amounts.yaml (提高农村低保标准)\n     " + raised + today.String() + " 起\n     days gone by: " + raised + "2020-07-01 到 " + (today - 1).String())
	if err := r.sign(han, rulebook.Signature{Draft: d.ID, Digest: d.Digest[:8], Apart: true}); !errors.Is(err, rulebook.ErrSeen) {
		t.Errorf("signed by eight characters: %v", err)
	}
	try(r.sign(han, rulebook.Signature{Draft: d.ID, Digest: d.Digest, Apart: true}))
	if err := r.publish(han, rulebook.Publication{Draft: d.ID, Digest: d.Digest, From: today, Apart: true}); !errors.Is(err, rulebook.ErrSamePerson) {
		t.Errorf("both signatures of one: %v", err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := r.publish(lin, rulebook.Publication{Draft: d.ID, Digest: d.Digest[:32], From: today, Apart: true}); !errors.Is(err, rulebook.ErrSeen) {
		t.Errorf("published by half a digest: %v", err)
	}
	try(r.publish(lin, rulebook.Publication{Draft: d.ID, Digest: d.Digest, From: today, Apart: true}))
	said("edition 2 is published and holds from " + today.String())
	var v *verdict
	diff := policyDiffCmd{Old: "1", New: "2"}
	if err := diff.compare(&tool{out: out}, r.set); !errors.As(err, &v) || v.status != 1 {
		t.Errorf("two editions: %v", err)
	}
	said("比的是\n  - 发布的第 1 版,每个有变化的日子\n  + 发布的第 2 版,每个有变化的日子\n")
	diff = policyDiffCmd{Old: "2021-01-01", New: fmt.Sprintf("draft:%d", d.ID), Edition: 2}
	try(diff.compare(&tool{out: out}, r.set))
	said("比的是\n  - 发布的第 2 版,2021-01-01 那天\n  + " + fmt.Sprint(d.ID) + " 号草案,2021-01-01 那天\n没有不一样的地方\n")
	if !diff.published() || (&policyDiffCmd{Old: "2021-01-01", New: dir}).published() {
		t.Error("the database is asked for what it does not have, or not for what it has")
	}
	try(r.export("2", again))
	try(r.draft(lin, again, "没有改动"))
	said("the folder is edition 2 as it stands")
	try(r.draft(lin, "", "随程序"))
	if first := strings.Index(out.String(), "WARNING"); first < 0 || first > strings.Index(out.String(), "of edition 2, open") {
		t.Errorf("the warning is not before the draft:\n%s", out)
	}
	said("take back what edition 2, the one published last, says (count: 2); begin from lianou policy export 2 if that is not meant\n     低保标准(每人每月)(各县 农村):500 元/月 → 480 元/月(样本)")
	if list, err = r.store.Drafts(r.ctx); err != nil {
		t.Fatal(err)
	}
	try(r.sign(lin, rulebook.Signature{Draft: list[0].ID, Digest: list[0].Digest, Apart: true}))
	said("WARNING")
	if err := r.publish(lin, rulebook.Publication{Draft: list[0].ID, Digest: list[0].Digest, From: today, Apart: true}); !errors.Is(err, rulebook.ErrSamePerson) {
		t.Errorf("both signatures of one: %v", err)
	}
	said("WARNING")
	try(r.store.Withdraw(r.ctx, lin, list[0].ID, "不是有意的"))
	try(r.list())
	said("韩立新")
	try(r.list())
	said("published  韩立新")
	if err := r.export("3", filepath.Join(dir, "x")); !errors.Is(err, rulebook.ErrNoEdition) {
		t.Errorf("an edition that is not: %v", err)
	}
	if err := r.export("draft:x", dir); err == nil {
		t.Error("exported nothing")
	}
}
