package payout

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Unknown reports whether a batch was handed over and the bank has not said yet that it
// has it: it may be paid, and nothing of it is sent again until the bank says.
func (b Batch) Unknown() bool { return b.State == "file_written" && b.Offered > 0 }

// inquire asks the bank about a file that was handed over. nil when the batch has moved
// on or stays unknown; else the file, to be handed over once more.
func (p *Payout) inquire(ctx context.Context, id int64) (*bankFile, error) {
	// A return says more than a receipt, and one that was left may be of this batch.
	left, unread := p.answers(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := p.file(ctx, id)
	if err != nil || f == nil {
		return nil, err
	}
	if unread != nil {
		p.unanswered(ctx, "look for the return of a batch", f, unread)
	}
	word, err := p.rail.Ask(ctx, Question{Batch: f.batch, Name: f.name, Digest: digest(f.raw), Offer: f.offered})
	if err != nil {
		p.unanswered(ctx, "ask the bank about a batch", f, err)
		word = Unsaid
	}
	if err := p.heard(ctx, id, f, word); err != nil {
		return nil, err
	}
	absent := word == Absent
	if word == Unsaid {
		if absent, err = p.ruledAbsent(ctx, id, f.offered); err != nil {
			return nil, err
		}
	}
	if unread != nil || left > 0 || !absent {
		return nil, nil
	}
	return f, nil
}

// unanswered notes that the bank cannot be reached. What the outcome is stays unknown,
// and the poll asks again.
func (p *Payout) unanswered(ctx context.Context, what string, f *bankFile, err error) {
	p.log.WarnContext(ctx, what, "batch", f.batch, "code", core.Known(err).Code)
}

// heard records the bank's word on the newest offer of a batch.
func (p *Payout) heard(ctx context.Context, id int64, f *bankFile, word Word) error {
	if word == Unsaid {
		return nil
	}
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		if word == Here {
			return p.markSent(ctx, tx, id)
		}
		const q = `insert into payout_word (batch, offer, word, at)
			select id, $2, $3, $4 from payout_batch where id = $1 and state = 'file_written' and offered = $2 on conflict do nothing`
		tag, err := tx.Exec(ctx, q, id, f.offered, word, tx.Now())
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "record the bank's word")
		}
		return p.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "outside", ID: "bank"}, Act: "batch.denied", Subject: batchSubject(id),
			Purpose: "payout", Detail: map[string]any{"batch": f.batch, "offer": f.offered, "word": word}})
	})
}
