package channels

import (
	"context"
	"net/http"
	"strconv"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// SeenAnswer is one day on which somebody of the staff looked at a citizen's data.
type SeenAnswer struct {
	On    string `json:"on" doc:"The day, 2026-11-27"`
	Day   string `json:"day" doc:"The day in words"`
	Who   string `json:"who" doc:"What they are and where; never a name"`
	What  string `json:"what"`
	Why   string `json:"why"`
	Times int    `json:"times" doc:"How often that day, for the same"`
}

// looksOf is how many looks a page has before they are put together by day.
const looksOf = 60

// Seen lists who looked at a citizen's own cases and at their row of the register, newest
// first, and what the next page begins before, "" at the end.
func (d *CitizenDoor) Seen(ctx context.Context, who citizen.Citizen, before string) (out []SeenAnswer, next string, err error) {
	var from int64
	if before != "" {
		if from, err = strconv.ParseInt(before, 10, 64); err != nil || from <= 0 {
			return nil, "", core.Invalid("before", "这一页过时了,请从头再看。")
		}
	}
	list, err := d.env.Cases.SeenBy(ctx, who.ID, from, looksOf+1)
	if err != nil {
		return nil, "", err
	}
	if len(list) > looksOf {
		list = list[:looksOf]
		next = strconv.FormatInt(list[looksOf-1].ID, 10)
	}
	return d.byDay(list), next, nil
}

// byDay puts together what the same kind of person did for the same on one day.
func (d *CitizenDoor) byDay(list []casefile.Looked) []SeenAnswer {
	out := make([]SeenAnswer, 0, len(list))
	at := map[SeenAnswer]int{}
	for _, l := range list {
		day := core.DateOf(l.At)
		a := SeenAnswer{On: day.String(), Day: day.Time().Format("2006年1月2日"), Who: d.env.Regions.FullName(core.RegionCode(l.Place)) + wording.StaffWord(l.Roles),
			What: wording.LookedAt(l.Act), Why: wording.LookedFor(l.Purpose)}
		i, seen := at[a]
		if !seen {
			i = len(out)
			at[a] = i
			out = append(out, a)
		}
		out[i].Times++
	}
	return out
}

// ServeSeen lists who looked at a citizen's data, in pages.
func (d *CitizenDoor) ServeSeen(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var list []SeenAnswer
	var next string
	if err == nil {
		list, next, err = d.Seen(r.Context(), who, r.URL.Query().Get("before"))
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	if next != "" {
		w.Header().Set("Link", "<?before="+next+`>; rel="next"`)
	}
	WriteJSON(w, http.StatusOK, list)
}
