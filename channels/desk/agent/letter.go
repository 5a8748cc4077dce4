package agent

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
)

var errNoLetter = core.Invalid("letter_code", "没有这样一份决定书。请对着信再念一遍;还是没有,这封信不是我们发的。")

// letterShown is a letter as the agent reads it out.
type letterShown struct {
	casefile.Letter
	Wrong             bool // the digits that were said are not the addressee's
	By, On, Word, Sum string
}

// letter tells whether a letter is real: letters promise that 12345 can. A code alone
// can be copied from one letter to another, so that only with the end of the ID number
// of whom the letter is for the answer is yes. Wrong codes are counted, in a count of
// their own, and every look is in the log.
func (a *Room) letter(w http.ResponseWriter, r *http.Request, at desk.At) error {
	code, err := casefile.ParseLetterCode(r.FormValue("code"))
	if err != nil {
		return err
	}
	key := "lookup:letter:" + desk.ActorOf(at).ID
	if ok, _ := a.d.Bell.Allow(r.Context(), key, desk.WrongPairs); !ok {
		return errTooMany
	}
	last4 := strings.ToUpper(strings.TrimSpace(r.FormValue("last4")))
	list, err := a.letters(r.Context(), at, code, last4)
	fits := slices.ContainsFunc(list, func(l casefile.Letter) bool { return l.Fits })
	if err != nil || fits || len(list) > 0 && last4 == "" { // a real code with wrong digits is a guess at whose it is
		a.d.Bell.GiveBack(context.WithoutCancel(r.Context()), key, desk.WrongPairs)
	}
	if err != nil {
		return err
	}
	if len(list) == 0 {
		entry := audit.Refused(desk.ActorOf(at), "wrong_letter_code", "wrong_letter_code")
		entry.Purpose = "来电核对决定书"
		if err := a.d.Desk.Trace(r.Context(), at, entry); err != nil {
			return err
		}
		return errNoLetter
	}
	shown := make([]letterShown, len(list))
	for i, l := range list {
		shown[i] = letterShown{Letter: l, Wrong: last4 != "" && !fits, By: decidedBy(a.d.Regions, l), On: core.DateOf(l.At).Time().Format("2006年1月2日"), Word: outcomeWord(l)}
		if l.HasAmount {
			shown[i].Sum = "一次发 " + l.Amount.Short() + " 元" // as letters say it
			if l.Period == "month" {
				shown[i].Sum = "每月 " + l.Amount.Short() + " 元"
			}
		}
	}
	return at.Page.Part(w, "agent", "letters", shown)
}

func (a *Room) letters(ctx context.Context, at desk.At, code, last4 string) (list []casefile.Letter, err error) {
	err = a.d.DB.Tx(ctx, pg.City("a caller asks whether a letter of any township is real"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if list, err = a.d.Cases.LettersByCode(ctx, tx, code, last4); err != nil {
			return err
		}
		for _, l := range list {
			err = a.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "letter.checked", Case: l.Case, Application: l.Application, Region: l.Region, Purpose: "来电核对决定书"})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// decidedBy is who signed the letter, as letters are signed.
func decidedBy(places *registry.Regions, l casefile.Letter) string {
	if l.Decides == "county" {
		return places.FullName(l.Region.County()) + l.Department
	}
	return l.Town + "人民政府"
}

func outcomeWord(l casefile.Letter) string {
	if l.Changes {
		return "变更"
	}
	return map[casefile.Outcome]string{casefile.Approved: "确认同意", casefile.Refused: "不予确认", casefile.Referred: "已转办"}[l.Outcome]
}
