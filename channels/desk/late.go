package desk

import (
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/wording"
)

// LateRow is one line of what climbed to somebody: what is late in which case, who was told
// before, and what to do about it.
type LateRow struct {
	casefile.Climbed
	What string // "受理", "入户"
	Told []LateTold
	Do   string
}

// LateTold is one rung of the ladder in words.
type LateTold struct {
	Who, When string
	Seen      string // "张三 12月3日看过"; "" where nobody has looked
}

// LateStaff lists the staff whom the lines name, for Staff.Names.
func LateStaff(list []casefile.Climbed) (ids []core.StaffID) {
	for _, one := range list {
		ids = append(ids, one.Case.Officer, one.Case.Assistant)
		for _, told := range one.Ladder {
			ids = append(ids, told.To, told.By)
		}
	}
	return ids
}

// LateRows puts words and names to what climbed.
func LateRows(list []casefile.Climbed, names map[core.StaffID]string) []LateRow {
	rows := make([]LateRow, 0, len(list))
	for _, one := range list {
		row := LateRow{Climbed: one, What: lateWhat(one), Do: wording.LateDo(casefile.LateOf(one.Deadline.Kind, one.Case), one.Rung >= casefile.RungCounty)}
		for _, told := range one.Ladder {
			who := LateTold{Who: rungNames()[told.Rung], When: told.Told.In(core.China).Format("1月2日")}
			if name := names[told.To]; name != "" {
				who.Who += name
			}
			if !told.Seen.IsZero() {
				who.Seen = fmt.Sprintf("%s %s看过", names[told.By], told.Seen.In(core.China).Format("1月2日"))
			}
			row.Told = append(row.Told, who)
		}
		rows = append(rows, row)
	}
	return rows
}

func rungNames() map[casefile.Rung]string {
	return map[casefile.Rung]string{casefile.RungAssistant: "协理员", casefile.RungTownship: "镇上", casefile.RungCounty: "县里", casefile.RungCity: "市里"}
}

func lateWhat(one casefile.Climbed) string {
	what := map[casefile.DeadlineKind]string{casefile.DeadlineAccept: "受理", casefile.DeadlineSurvey: "调查", casefile.DeadlineVisit: "入户", casefile.DeadlineDecide: "作出决定",
		casefile.DeadlinePapers: "补手续", casefile.DeadlineSupplement: "补材料", casefile.DeadlineDeliver: "交付", casefile.DeadlineTell: "当面告诉本人",
		casefile.DeadlineCard: "核对退回的钱的卡", casefile.DeadlineConference: "一事一议", casefile.DeadlineLookup: "查部门的记录", casefile.DeadlineReview: "定期复核", casefile.DeadlineUnsolved: "答复没有解决的", casefile.DeadlineAsk: "问钱到没到", casefile.DeadlineMatter: "查对不上的钱"}[one.Deadline.Kind]
	switch {
	case casefile.LateOf(one.Deadline.Kind, one.Case) == wording.LateSorting:
		return "分到镇上"
	case one.Item != "":
		return what + " · " + one.Item
	}
	return what
}

// StillRow is money that stands still past its day, in the words of the rung that reads.
type StillRow struct {
	payout.Late
	What, Do string
}

// StillRows puts words to it.
func StillRows(list []payout.Late, on payout.Rung) []StillRow {
	rows := make([]StillRow, 0, len(list))
	for _, l := range list {
		rows = append(rows, StillRow{l, l.What(), l.Do(on)})
	}
	return rows
}
