package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Told in person is who was met, by which way and what they said; a way in vain leaves the task and
// its day. The words lie sealed, and are read on the page of the case.
//
// Controls: Met not looked at in SaidInPerson (red: "a way in vain: 0 tasks are left"); Check left
// out ("nothing is said of whom: <nil>"); words not sealed ("in clear").
func TestToldInPersonSaysWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.refusedAndUntold()
	ctx, helper, task := t.Context(), w.actors["helper"], w.tasks()[0].ID
	for name, in := range map[string]casefile.Spoken{
		"nothing is said of whom":  {Way: casefile.SaidAtDoor, Words: "知道了"},
		"nor of how":               {Met: casefile.MetSelf, Words: "知道了"},
		"nor what they said":       {Way: casefile.SaidAtDoor, Met: casefile.MetSelf, Words: " . "},
		"a neighbour":              {Way: casefile.SaidAtDoor, Met: "neighbour", Words: "知道了"},
		"more than fits on a line": {Way: casefile.SaidAtDoor, Met: casefile.MetSelf, Words: strings.Repeat("说", 301)},
	} {
		if err := w.flow.SaidInPerson(ctx, helper, task, in); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.must(w.flow.SaidInPerson(ctx, helper, task, casefile.Spoken{Way: casefile.SaidAtDoor, Met: casefile.MetNobody, Words: "锁着门"}))
	left := w.tasks()
	if len(left) != 1 || left[0].Vain != 1 {
		t.Fatalf("a way in vain: %d tasks are left, %+v", len(left), left)
	}
	w.must(w.flow.SaidInPerson(ctx, helper, task, casefile.Spoken{Way: casefile.SaidByPhone, Met: casefile.MetFamily, Words: "知道了,我跟我妈说"}))
	if len(w.tasks()) != 0 {
		t.Errorf("told, and the task is left")
	}
	w.must(w.flow.SaidInPerson(ctx, helper, task, atTheDoor)) // sent twice
	for name, in := range map[string]casefile.Spoken{"officer": atTheDoor, "helper": {Way: casefile.SaidAtDoor, Met: casefile.MetNobody, Words: "锁着门"}} {
		w.named("told already, and "+name+" went again", casefile.ErrTold.Code, w.flow.SaidInPerson(ctx, w.actors[name], task, in))
	}
	v := w.view(c.ID)
	if len(v.Tasks) != 1 || len(v.Tasks[0].Spoken) != 2 || v.Tasks[0].How != "打电话,告诉了同住的成年家属" {
		t.Fatalf("the case's page: %+v", v.Tasks)
	}
	if got := v.Tasks[0].Spoken[1]; got.Words != "知道了,我跟我妈说" || got.By != w.id("helper") || got.Met != casefile.MetFamily {
		t.Errorf("what they said: %+v", got)
	}
	if n := w.count(`select count(*) from task_said where position(convert_to('知道了', 'utf8') in words) > 0`); n != 0 {
		t.Error("what they said lies in clear")
	}
}

// A task, and a notice, that a person told is nobody's word to whoever holds the application's own
// role without the row that says whom.
//
// Control: the trigger left out ("ended by another's word: <nil>").
func TestToldInPersonIsHeldBySQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, notice := w.refusedAndUntold()
	task, me := w.tasks()[0].ID, w.id("helper")
	ended := fmt.Sprintf(`update call_task set done = lianou_now(), by_staff = %d, how = '上门' where id = %d`, me, task)
	heard := fmt.Sprintf(`update notice set state = 'confirmed', told_by = 'person', updated = lianou_now(), ended = lianou_now() where id = %d`, notice)
	said := func(by core.StaffID, met string) string {
		return fmt.Sprintf(`insert into task_said (task, n, case_id, region, at, by_staff, way, met, words)
			select id, 1, case_id, region, lianou_now(), %d, 'door', '%s', '\x00' from call_task where id = %d`, by, met, task)
	}
	for name, tc := range map[string]struct {
		want string
		sql  []string
	}{
		"ended without a word":    {"call_task_said", []string{ended}},
		"ended by another's word": {"call_task_said", []string{said(me+1, "self"), ended}},
		"ended with nobody met":   {"call_task_said", []string{said(me, "nobody"), ended}},
		"heard without a word":    {"notice_confirmed", []string{heard}},
		"heard with nobody met":   {"notice_confirmed", []string{said(me, "nobody"), heard}},
		"a thirty-first in vain":  {"task_said_vain", []string{strings.Replace(said(me, "nobody"), "id, 1,", "id, 31,", 1)}},
		"its name put in later": {"call_task_said", []string{heard, fmt.Sprintf(`update call_task set done = lianou_now(), how = '上门' where id = %d`, task),
			fmt.Sprintf(`update call_task set by_staff = %d where id = %d`, me, task)}},
		"a word of another's case":  {"task_said_case_id_region_fkey", []string{strings.Replace(said(me, "self"), "case_id, region, l", "case_id + 1, region, l", 1)}},
		"a word that is taken back": {"", []string{said(me, "self"), `delete from task_said`}},
	} {
		err := w.env.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
			for _, sql := range tc.sql {
				if _, err := tx.Exec(ctx, sql); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || tc.want != "" && pg.Constraint(err) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.must(w.flow.SaidInPerson(t.Context(), w.actors["helper"], task, atTheDoor))
}
