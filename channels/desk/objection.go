package desk

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// Objecting is a door of the staff at which somebody says something against a public notice (F62).
type Objecting struct {
	DB    *pg.DB
	Cases *casefile.Store
	Flow  *workflow.Flow
	Door  casefile.Door
	Wrong *core.Error // what is not the number of a notice, as it is said at this door
}

// Hangs is a notice as its board shows it, for whoever named its number.
type Hangs struct {
	casefile.PublicNotice
	Key string // of what is written down about it
}

// Notice finds what hangs under the number in field "notice", in the places of who looks: they say
// the line of the board, and hear whether it is the one. A household is not looked for by its
// name here. Errors: Wrong; casefile.ErrNoticeOver.
func (o Objecting) Notice(r *http.Request, at At) (v Hangs, err error) {
	id, err := strconv.ParseInt(strings.TrimSpace(r.FormValue("notice")), 10, 64)
	if err != nil {
		return v, o.Wrong
	}
	err = o.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		v.PublicNotice, err = o.Cases.HangingNotice(ctx, tx, id)
		return err
	})
	v.Key = rand.Text()
	return v, err
}

// Take takes down what somebody says against a notice, with or without a name, and gives what to
// tell them; also is noted beside it, nil for nothing. Errors: Wrong; those of workflow.Flow.ObjectAt.
func (o Objecting) Take(r *http.Request, at At, also func(context.Context, *pg.Tx) error) (say string, err error) {
	id, err := strconv.ParseInt(strings.TrimSpace(r.FormValue("notice")), 10, 64)
	if err != nil {
		return "", o.Wrong
	}
	return o.Flow.ObjectAt(r.Context(), casefile.As(at.Staff), workflow.ObjectAt{Notice: id, Says: r.FormValue("says"), Name: r.FormValue("name"),
		Phone: r.FormValue("phone"), Door: o.Door, Key: r.FormValue("key"), Also: also})
}
