package township

import (
	"slices"

	"lianou/core"
	"lianou/core/mandate"
)

// actingRow is one person who acts for the household, for the officer to hold against the
// paper.
type actingRow struct {
	Who, Word, Says string
	Over            bool
}

// acting lays out who acts in a case, as of today.
func acting(list []mandate.Mandate, today core.Date) []actingRow {
	out := make([]actingRow, 0, len(list))
	for _, m := range list {
		rule, _ := mandate.RuleOf(m.Kind)
		row := actingRow{Who: m.Agent, Word: rule.Word, Says: m.From.String() + " 到 " + m.Until.String()}
		err := m.May(mandate.Apply, today)
		switch {
		case !m.Revoked.IsZero():
			row.Says = core.DateOf(m.Revoked).String() + " 收回了"
		case err != nil:
			row.Says += ",到期了"
		case !m.Proved:
			row.Says += ",证明还没带来"
		default:
			row.Says += ",证明在材料里"
		}
		row.Over = err != nil
		if !slices.Contains(m.Scopes, mandate.Money) {
			row.Says += "。钱不打给他"
		}
		out = append(out, row)
	}
	return out
}
