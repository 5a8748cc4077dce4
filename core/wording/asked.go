package wording

import (
	"fmt"

	"lianou/core"
)

// AskedWhat is what a household said when somebody asked whether its money had arrived (F105).
type AskedWhat string

// What it said. AskedUnfound is that nobody found it.
const (
	AskedRight   AskedWhat = "right"
	AskedAmount  AskedWhat = "amount"
	AskedMissing AskedWhat = "missing"
	AskedTaken   AskedWhat = "taken"
	AskedUnfound AskedWhat = "unfound"
	AskedVague   AskedWhat = "vague" // that it came, and not how much
	AskedUnsure  AskedWhat = "unsure"
)

// Asked is the line of the timeline, for the household and for staff. by is when it hears more of
// what is not right; zero for nothing to look into. No amount stands in it: who reads the timeline
// over a shoulder learns none.
func Asked(what AskedWhat, item string, month int, by core.Date) (citizen, staff string) {
	money := fmt.Sprintf("%s %d 月的钱", item, month)
	said := map[AskedWhat]string{AskedRight: "您说到了,数对得上。", AskedAmount: "您说到了,数不对。", AskedMissing: "您说没到。", AskedTaken: "您说别人拿走了。", AskedVague: "您说到了,记不清多少。", AskedUnsure: "您说不清楚到没到。以后发钱还会告诉您。"}[what]
	if citizen = "问过您:" + money + "到没到。" + said; what == AskedUnfound {
		citizen = "上门找过您,没找到。想问您:" + money + "到没到。"
	}
	if !by.IsZero() {
		citizen += "有人在查," + by.Say() + "前给您说法。"
	}
	inside := map[AskedWhat]string{AskedRight: "到了,对得上", AskedAmount: "到了,数不对", AskedMissing: "没到", AskedTaken: "别人拿走了", AskedVague: "到了,记不清多少", AskedUnsure: "说不清到没到", AskedUnfound: "上门没找到人"}[what]
	staff = "问" + money + "到没到:" + inside
	if !by.IsZero() {
		staff += "。发钱的人在查,期限 " + by.Say()
	}
	return citizen, staff
}

// FoundOut is what came of money that was not right, for the household and for staff.
func FoundOut(result, item string, month int) (citizen, staff string) {
	money := fmt.Sprintf("%s %d 月的钱", item, month)
	switch result {
	case "arrived":
		return money + "查过了。在您卡上,可以取。", money + "查过了:到了卡上"
	case "explained":
		return money + "查过了。数没有错,怎么算的跟您说过了。还不清楚,请打 " + Hotline + "。", money + "查过了:数没有错,说清了"
	case "repaired":
		return money + "查过了。已经改好再发,两个人核对过。", money + "查过了:改好再发,两个人核对"
	}
	return money + "查过了。钱没到您手里的事,已经交给该管的人查。", money + "查过了:转有权查的部门"
}
