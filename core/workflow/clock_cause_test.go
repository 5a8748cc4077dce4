package workflow_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/workflow"
)

// A clock is paused only where the law says: one that runs is moved by the terms of its claim alone,
// one that was met goes on by a cause of its kind alone, for the platform's role by SQL.
//
// Control: the trigger of 00699 left out, and each statement below is done.
func TestAClockIsPausedOnlyWhereTheLawSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c := w.accepted("4071882635")
	_, claims := w.get(c.ID)
	claim := claims[slices.IndexFunc(claims, func(c casefile.Claim) bool { return c.State == casefile.ClaimAgreed })]
	for _, c := range []struct{ name, sql string }{
		{"a running clock by nothing", `update deadline set due = due + 5 where kind = 'decide' and met is null`},
		{"a running clock by an appeal", `update deadline set due = due + 5, cause = 'appealed' where kind = 'decide' and met is null`},
		{"a running clock by a cause of another kind", `update deadline set due = due + 5, cause = 'called_again' where kind = 'decide' and met is null`},
		{"a running clock by words", `update deadline set due = due + 5, cause = '等材料' where kind = 'decide' and met is null`},
		{"one of another kind by the county", `update deadline set due = due + 1, cause = 'county' where kind = 'accept'`},
		{"one that was met, by nothing", `update deadline set met = null, due = due + 9, cause = '' where kind = 'accept' and met is not null`},
		{"one that was met, on its day, by nothing", `update deadline set met = null, cause = '' where kind = 'accept' and met is not null`},
	} {
		if n := w.count(countOf(c.sql)); n == 0 {
			t.Errorf("%s: there is no such clock here", c.name)
		}
		w.refusedSQL("deadline_runs_on", c.sql)
	}
	// The law's own ways move it.
	w.must(w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `update deadline set due = due + 15, cause = 'special' where kind = 'decide' and claim_id = $1`, claim.ID)
		if err == nil && tag.RowsAffected() != 1 {
			t.Errorf("%d clocks moved", tag.RowsAffected())
		}
		return err
	}))
}

// The days of what is hard to look into stay when an opinion follows the conference.
//
// Control: reclock without Conferred ("after the conference an opinion takes … from it").
func TestAnOpinionTakesNoDayFromAConference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := t.Context()
	usual := w.claim(c.ID, dibao).Due
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	long := w.claim(c.ID, dibao).Due
	if long <= usual {
		t.Fatalf("a conference gives no days: %s, then %s", usual, long)
	}
	w.must(w.concluded(c.ID, w.helps(claim, 200)))
	sum := core.Yuan(200)
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Amount: &sum, Reasons: []string{"一事一议定的"}}))
	if now := w.claim(c.ID, dibao).Due; now != long {
		t.Errorf("after the conference an opinion takes %s from it: %s", long, now)
	}
}

// countOf counts what a statement above would change.
func countOf(sql string) string {
	_, where, _ := strings.Cut(sql[strings.LastIndex(sql, "update deadline"):], " where ")
	return `select count(*) from deadline where ` + where
}

// docs/clocks.md says what deadline_cause and the packs of law say.
func TestTheClocksAreDrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	drawn := w.drawClocks()
	const page = "../../docs/clocks.md"
	if os.Getenv("LIANOU_WRITE") != "" {
		w.must(os.WriteFile(page, []byte(drawn), 0o644))
	}
	if was, err := os.ReadFile(page); err != nil || string(was) != drawn {
		t.Errorf("docs/clocks.md is not what deadline_cause and the packs say (%v); write it with LIANOU_WRITE=1", err)
	}
}

func (w *world) drawClocks() string {
	var b strings.Builder
	b.WriteString("# What moves a clock\n\nDrawn from the table `deadline_cause` and from the packs of law; a test holds this page to both. Days are working days by the official\n" +
		"table of holidays and make-up days, and a last day that is a rest day is the next working day (民法典第203条).\n\n" +
		"Nothing pauses a clock that runs: not papers that are waited for, not a conference, not a case that is handed back, moved or given to somebody\n" +
		"else. Its day moves by the rows marked \"while it runs\" alone, which are the law's longer terms, counted from acceptance. A clock that was met goes on by the\n" +
		"other rows. The database refuses everything else, to the application's own role as to a console (`deadline_runs_on`).\n\n" +
		"| clock | because | its day is then | by | while it runs |\n|---|---|---|---|---|\n")
	w.must(w.db.Read(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select kind, cause, says, day, law, runs from deadline_cause order by kind, runs desc, cause`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind, cause, says, day, law string
			var runs bool
			if err := rows.Scan(&kind, &cause, &says, &day, &law, &runs); err != nil {
				return err
			}
			fmt.Fprintf(&b, "| `%s` | %s (`%s`) | %s | %s | %s |\n", kind, says, cause, day, law, map[bool]string{true: "yes"}[runs])
		}
		return rows.Err()
	}))
	b.WriteString("\n## The days of a decision, by pack of law\n\nThe terms lie with the claim from acceptance on, and a law of later does not change them.\n\n" +
		"| from | item | the township decides | the county | special cases | public notice | by |\n|---|---|---|---|---|---|---|\n")
	lib, err := policy.Embedded()
	w.must(err)
	for _, on := range []string{"2016-07-01", "2018-03-01", "2020-11-30", "2021-07-01", "2022-11-01", "2024-03-01", "2025-03-03"} {
		day, err := core.ParseDate(on)
		w.must(err)
		book, err := lib.On(day)
		w.must(err)
		for _, code := range []core.ItemCode{dibao, "MZ-02", casefile.RushItem} {
			if item, ok := book.Item(code); ok {
				b.WriteString(itemDays(on, item))
			}
		}
	}
	return b.String()
}

// itemDays is the row of an item on a day.
func itemDays(on string, item *policy.Item) string {
	notice := "none"
	if item.NoticeDays > 0 {
		notice = fmt.Sprintf("%d days", item.NoticeDays)
		if item.NoticeTwice {
			notice += ", twice"
		}
		notice += map[bool]string{true: ", within", false: ", on top"}[item.NoticeIn]
	}
	law := item.LimitLaw
	if item.LimitMark != "S" {
		law = strings.TrimPrefix(law+",样本口径", ",")
	} else if law == "" && len(item.Law) > 0 {
		law = item.Law[0]
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n", on, item.Name, orDash(item.LimitDays), orDash(item.CountyDays), orDash(item.SpecialDays), notice, law)
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}
