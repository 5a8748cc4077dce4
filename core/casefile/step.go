package casefile

import (
	"context"
	"strconv"

	"lianou/core/audit"
	"lianou/core/pg"
)

// moved is one change of state of a case or a claim.
type moved struct {
	what     string // "case" or "claim"
	id       int64
	of       Case // what the entry says of the case: number, application, region
	from, to string
}

func (c Case) step(to CaseState) moved {
	return moved{what: "case", id: int64(c.ID), of: c, from: string(c.State), to: string(to)}
}

func (c Claim) step(to ClaimState) moved {
	return moved{what: "claim", id: int64(c.ID), of: Case{ID: c.Case, Region: c.Region}, from: string(c.State), to: string(to)}
}

// stepped writes a change of state into the audit log beside the act that caused
// it, unless the change itself failed. Row and states stand in clear, so that a
// checker without keys replays every state from the log alone (security.md P17);
// without the entry there is no step.
func (s *Store) stepped(ctx context.Context, tx *pg.Tx, st moved, failed error) error {
	if failed != nil {
		return failed
	}
	return s.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "casefile"}, Act: st.what + ".moved",
		Case: st.of.ID, Application: st.of.Application, Region: st.of.Region,
		Subject: st.what + ":" + strconv.FormatInt(st.id, 10), Purpose: st.from + ">" + st.to})
}
