package people

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
)

// paperOf reads which paper says a fact: its number and its day. Nil where nothing is written of
// it. Errors: KindInvalid.
func paperOf(r *http.Request) (*change.Paper, error) {
	number, day := strings.TrimSpace(r.PostFormValue("paper")), r.PostFormValue("paper_on")
	if number == "" && day == "" {
		return nil, nil
	}
	on, err := core.ParseDate(day)
	if err != nil {
		return nil, core.Invalid("paper_on", "证件或者文书上的日期也要写:发证或者出具的那天。")
	}
	return &change.Paper{Number: number, On: on}, nil
}

// mistaken is asked before an objection is called a mistake: nobody answers it after that.
var mistaken = unsure{"记错了,本人没有提过", "这一条就这样结了,不答复本人,登记不变。先问过记的同事,或者问过本人:本人提过的,请回去,核了再定。这一条和您写的理由会留在那一家的页上。"}

// errUnsure says that nothing was kept yet: whoever decides is asked first.
var errUnsure = errors.New("to be asked about")

// mistake ends what was written down as the objection of somebody who made none, once whoever
// says so was asked.
func (p *Room) mistake(ctx context.Context, tx *pg.Tx, why registry.Purpose, q change.Request, r *http.Request) error {
	if err := p.d.Changes.Mistake(ctx, tx, why, q.ID, r.PostFormValue("reason")); err != nil || sure(r) {
		return err
	}
	return errUnsure
}

// Mistaken reports that nobody disputed it: it was written down for the wrong family.
func (row changeRow) Mistaken() bool { return row.State == change.Mistaken }

// PaperNumber is the number of the paper that says it. That of a certificate of disability holds
// the whole identity number, which was compared: only its end is shown.
func (row changeRow) PaperNumber() string {
	number := []rune(row.Paper.Number)
	if row.Path == "disability" {
		return "残疾人证,尾号 " + string(number[max(len(number)-6, 0):])
	}
	return string(number)
}
