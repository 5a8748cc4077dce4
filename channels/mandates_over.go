package channels

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/mandate"
)

// mostOver bounds how many mandates that are over are named at one question.
const mostOver = 3

// Over names, at the question who speaks, for whom the account once acted by a mandate
// that is over: who answers as before must know that this makes a new claim, and that it
// does not bring the old one back. "" where nothing is over. A person for whom the account
// may act again by a newer mandate is not named.
func (d *CitizenDoor) Over(ctx context.Context, who citizen.Citizen) (string, error) {
	list, err := d.mandates(ctx, who.ID)
	if err != nil {
		return "", err
	}
	return over(list, d.today()), nil
}

// over says what is over of a list, the newest first: the newest of a person counts.
func over(list []mandate.Mandate, today core.Date) string {
	var said []string
	seen := map[string]bool{}
	for _, m := range list {
		if seen[m.Principal] || len(said) == mostOver {
			continue
		}
		seen[m.Principal] = true
		switch {
		case !m.Revoked.IsZero():
			said = append(said, "您替"+m.Principal+"办的授权,"+core.DateOf(m.Revoked).Say()+"收回了。")
		case today > m.Until:
			said = append(said, "您替"+m.Principal+"办的授权,"+m.Until.Say()+"到期了。")
		}
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, "") + "这次还替着办,就算重新说一次,工作人员会再核对。"
}
