package township

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// objectionRow is one different opinion on a notice as a page of the case shows it. What was
// said is empty for whoever may not answer it: they read that it is there, from which door and
// how often the same sender wrote.
type objectionRow struct {
	casefile.Objection
	Item  string
	Shown bool // what was said is here
	Open  bool
}

// Unkept is how many of them are counted and not kept in full.
func (o objectionRow) Unkept() int { return o.Times - len(o.Words) }

// Objections are the different opinions on notices of the case.
func (p casePage) Objections() []objectionRow { return objectionRows(p.View) }

func objectionRows(v casefile.View) (list []objectionRow) {
	for _, o := range v.Objections {
		row := objectionRow{Objection: o, Shown: o.Says != "", Open: o.Answered.IsZero()}
		for _, c := range v.Claims {
			if c.ID == o.Claim {
				row.Item = c.Name
			}
		}
		list = append(list, row)
	}
	return list
}

// heardOf is the last word of the open opinions that a page shows, for the answer to be about
// no more than was read.
func heardOf(list []casefile.Objection) (last int64) {
	for _, o := range list {
		last = max(last, o.Last)
	}
	return last
}

func (d doing) heard() int64 {
	n, err := strconv.ParseInt(d.r.FormValue("heard"), 10, 64)
	if err != nil {
		return 0 // then nothing of a door is answered
	}
	return n
}

// objector shows who left a name or a telephone, to who may answer, for a stated reason that
// is logged.
func (t *Room) objector(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	word, err := strconv.ParseInt(r.FormValue("word"), 10, 64)
	if err != nil {
		return core.E(core.KindNotFound, "no_objection", "没有这一条。")
	}
	var who casefile.Objector
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		who, err = t.d.Cases.ShowObjector(ctx, tx, casefile.WhoObjected{Case: id, Word: word, Actor: casefile.As(at.Staff), Reason: r.FormValue("reason")})
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "township", "objector", map[string]string{"Name": who.Name, "Phone": who.Phone.Reveal()})
}
