package people

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/wording"
)

// hows are the ways in which somebody is told, as the form and the pages say them.
var hows = []wording.Option{{Value: string(change.ByCall), Word: "打电话"}, {Value: string(change.Here), Word: "本人来的时候"},
	{Value: string(change.ByVisit), Word: "上门"}, {Value: string(change.ByLetter), Word: "写信送到"}}

func howWord(how change.How) string {
	for _, o := range hows {
		if o.Value == string(how) {
			return o.Word
		}
	}
	return ""
}

// untold lists what was decided and whose citizen waits to hear it, with the words to say.
func (p *Room) untold(ctx context.Context, tx *pg.Tx, why registry.Purpose) ([]changeRow, error) {
	list, err := p.d.Changes.Untold(ctx, tx, why)
	if err != nil {
		return nil, err
	}
	out := make([]changeRow, 0, len(list))
	for _, q := range list {
		members, err := p.d.Registry.Members(ctx, tx, why, q.Household)
		if err != nil {
			return nil, err
		}
		row := p.dated(called(rowOf(q), members), tx.Today())
		row.Answer = answer(row)
		out = append(out, row)
	}
	return out, nil
}

// answer is what to say to whoever disputed it.
func answer(row changeRow) string {
	said := wording.Contested{Label: row.Label, Claimed: row.Then, Stands: row.Before, Since: row.ValidFrom, Changed: row.State == change.Accepted, Why: row.Verdict}
	if row.Person != 0 {
		said.Whose = row.Name
	}
	return said.Say()
}

// told notes that an officer told whoever disputed something what came of it. Kin keep out.
func (p *Room) told(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "change")
	if err != nil {
		return change.ErrUnknown
	}
	on, err := core.ParseDate(r.PostFormValue("on"))
	if err != nil {
		return errDay
	}
	err = p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		why := changing(at)
		q, err := p.d.Changes.Get(ctx, tx, why, change.ID(id))
		if err != nil {
			return err
		}
		if err := p.notKin(ctx, tx, why, at, q.Household); err != nil {
			return err
		}
		return p.d.Changes.Told(ctx, tx, why, q.ID, change.How(r.PostFormValue("how")), on)
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/people/changes", "记下了,本人已经知道结果。")
}
