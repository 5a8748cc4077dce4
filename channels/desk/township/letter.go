package township

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// letterPage is a decision on paper.
type letterPage struct {
	Case, Number, On, Digest string
	Letter                   wording.Letter
	Sample                   bool
	Proposer, Approver       string
	Version                  int
}

// stopMark stands before the number of a change where an address names a stop: it
// is a decision too, but has no row among those that give something.
const stopMark = "stop-"

// letter shows a decision as it is printed and handed over. Reading it is a read
// of a person and leaves its own entry beside that of the case.
func (t *Room) letter(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	var v casefile.View
	var l written
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if v, err = t.d.Cases.View(ctx, tx, id, casefile.As(at.Staff), "打印决定书"); err != nil {
			return err
		}
		var found bool
		if l, found = t.written(v, r.PathValue("decision"), ""); !found {
			return errNoDecision
		}
		// As the household's copy is signed: who decided may be of another body by today.
		by, err := t.d.Cases.SignedBy(ctx, tx, l.of)
		if err != nil {
			return err
		}
		l, _ = t.written(v, r.PathValue("decision"), by)
		return t.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "decision.read", Case: v.ID, Application: v.Application,
			Region: v.Region, Purpose: "打印决定书", Detail: l.detail})
	})
	if err != nil {
		return err
	}
	names, err := t.d.Staff.Names(r.Context(), l.proposer, l.approver)
	if err != nil {
		return err
	}
	l.Case, l.Proposer, l.Approver = strconv.FormatInt(int64(v.ID), 10), names[l.proposer], names[l.approver]
	l.Sample = slices.ContainsFunc(l.Letter.Paragraphs, func(s string) bool { return strings.Contains(s, "样本") })
	return at.Page.Show(w, at, desk.View{Room: "township", Name: "letter", Title: l.Letter.Title}, l.letterPage)
}

// written is a letter with whose it is and what the log keeps of reading it.
type written struct {
	letterPage
	proposer, approver core.StaffID
	of                 casefile.LetterOf
	detail             map[string]any
}

// written gives the letter that the last part of an address names, signed as the household's is;
// "" for one that has none, of before there were any.
func (t *Room) written(v casefile.View, name, signed string) (written, bool) {
	letters := workflow.Letters{Regions: t.d.Regions, Books: t.d.Book, Signed: signed}
	digits, isStop := strings.CutPrefix(name, stopMark)
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return written{}, false
	}
	if isStop {
		i := slices.IndexFunc(v.Changes, func(c casefile.Change) bool {
			return c.ID == number && c.Kind == casefile.ChangeStop && c.State == casefile.ChangeApproved
		})
		if i < 0 {
			return written{}, false
		}
		c := v.Changes[i]
		return written{letterPage{Number: "停 " + digits, On: day(c.Decided), Letter: letters.Stop(v, c)}, c.Proposer, c.Approver, casefile.LetterOf{Change: c.ID},
			map[string]any{"change": c.ID}}, true
	}
	i := slices.IndexFunc(v.Decisions, func(d casefile.Decision) bool { return d.ID == number })
	if i < 0 {
		return written{}, false
	}
	d := v.Decisions[i]
	return written{letterPage{Number: digits, On: day(d.At), Digest: casefile.LetterCode(d.Digest), Letter: letters.Decision(v, d), Version: d.FactsVersion}, d.Proposer, d.Approver,
		casefile.LetterOf{Decision: d.ID}, map[string]any{"decision": d.ID, "digest": d.Digest}}, true
}

func day(at time.Time) string { return at.In(core.China).Format("2006年1月2日") }

var errNoDecision = core.E(core.KindNotFound, "no_decision", "没有这份决定书。")
