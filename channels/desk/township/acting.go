package township

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// actingRow is one person who acts for the household, for the officer to hold against the
// paper.
type actingRow struct {
	ID              int64
	Who, For, Word  string
	Scopes, Says    string
	From, Until     string
	State, Tone     string
	Receipt         core.Receipt
	Over            bool
	Many            int     // households that this person acts for today, where that is more than usual
	Proof           []paper // at most one
	Asked, NotMoney bool    // a paper proves it by rule; money goes to no agent
}

var scopeWords = map[mandate.Scope]string{mandate.Apply: "申请", mandate.Supplement: "补材料", mandate.Notices: "查进度、收通知", mandate.Money: "代领钱"}

// acting lays out who acts in a case, as of today.
func acting(list []mandate.Mandate, today core.Date) []actingRow {
	out := make([]actingRow, 0, len(list))
	for _, m := range list {
		rule, _ := mandate.RuleOf(m.Kind)
		row := actingRow{ID: m.ID, Who: m.Agent, For: m.Principal, Word: rule.Word, Receipt: m.Receipt, From: m.From.String(), Until: m.Until.String(),
			Asked: rule.Paper != "", NotMoney: !slices.Contains(m.Scopes, mandate.Money)}
		var scopes []string
		for _, s := range m.Scopes {
			scopes = append(scopes, scopeWords[s])
		}
		row.Scopes = strings.Join(scopes, "、")
		switch {
		case !m.Revoked.IsZero():
			row.State, row.Tone, row.Over = core.DateOf(m.Revoked).String()+" 结束了", "", true
		case today > m.Until:
			row.State, row.Tone, row.Over = "到期了", "", true
		case today < m.From:
			row.State, row.Tone = "还没开始", "amber"
		default:
			row.State, row.Tone = "在办", "leaf"
		}
		if m.Proved {
			row.Proof = []paper{{Name: proofName + strconv.FormatInt(m.ID, 10), Word: "代办的证明", Kind: "photo", Sort: sortProof}}
		}
		out = append(out, row)
	}
	return out
}

// usual is for how many households one person acts without a word about it: children,
// parents, a neighbour. More is no fault, and may be somebody who takes money for it.
const usual = 3

// reach notes how many households those who act in a case act for, all over the city.
func reach(ctx context.Context, tx *pg.Tx, rows []actingRow) error {
	for i := range rows {
		if rows[i].Over {
			continue
		}
		n, err := mandate.Households(ctx, tx, rows[i].ID)
		if err != nil {
			return err
		}
		if n > usual {
			rows[i].Many = n
		}
	}
	return nil
}

// proofName begins the place of a mandate's proof among the papers of a case.
const proofName = "mandate"

// proofOf gives the proof that a place names, none where it names something else.
func proofOf(ctx context.Context, tx *pg.Tx, of core.CaseID, name string) ([]paper, error) {
	text, is := strings.CutPrefix(name, proofName)
	id, err := strconv.ParseInt(text, 10, 64)
	if !is || err != nil {
		return nil, nil
	}
	digest, err := mandate.NewStore(nil).Proof(ctx, tx, of, id)
	if err != nil || digest == "" {
		return nil, err
	}
	return []paper{{Name: name, Word: "代办的证明", Kind: "photo", Sort: sortProof, digest: digest}}, nil
}

func (t *Room) endMandate(d doing) error {
	id, err := strconv.ParseInt(d.get("mandate"), 10, 64)
	if err != nil {
		return core.Invalid("mandate", "这一页没有传完整,请刷新再点一次。")
	}
	return t.d.Flow.EndMandate(d.r.Context(), d.actor, workflow.EndMandate{Case: d.id, Mandate: id, Sure: d.get("sure") == "1", Reason: d.get("reason")})
}
