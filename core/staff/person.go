package staff

import (
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// Role is what somebody works as. One person may hold several.
type Role string

// The roles.
const (
	Agent     Role = "agent"     // 坐席, answers 12345
	Clerk     Role = "clerk"     // 窗口工作人员
	Assistant Role = "assistant" // 村级协理员
	Officer   Role = "officer"   // 乡镇经办
	Approver  Role = "approver"  // 乡镇审批
	County    Role = "county"    // 县级
	Payer     Role = "payer"     // 发放
	City      Role = "city"      // 市级
	Auditor   Role = "auditor"   // 审计
)

// Roles lists every role, from the phone to the log.
func Roles() []Role {
	return []Role{Agent, Clerk, Assistant, Officer, Approver, County, Payer, City, Auditor}
}

// Chinese is the role as colleagues say it.
func (r Role) Chinese() string {
	switch r {
	case Agent:
		return "热线坐席"
	case Clerk:
		return "窗口工作人员"
	case Assistant:
		return "村级协理员"
	case Officer:
		return "乡镇经办"
	case Approver:
		return "乡镇审批"
	case County:
		return "县级审批"
	case Payer:
		return "资金发放"
	case City:
		return "市级管理"
	case Auditor:
		return "审计"
	}
	return string(r)
}

// Person is a member of staff as far as others may know.
type Person struct {
	ID      core.StaffID
	Login   string
	Name    string
	Roles   []Role
	Regions []core.RegionCode // nine-digit townships, expanded and sorted
	Village core.RegionCode   // of an assistant who serves one village, else ""
	Session string            // names the log-in, opens nothing; "" for who is not logged in
	Second  Second            // the second factor that was shown in it
}

// Has reports whether the person holds one of the roles.
func (p Person) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(p.Roles, r) })
}

// Covers reports whether a place lies in what the person may see.
func (p Person) Covers(region core.RegionCode) bool {
	return slices.Contains(p.Regions, region.Township())
}

// Scope is the database scope of the person's transactions. Nobody's scope sees
// nothing.
func (p Person) Scope() pg.Scope { return pg.Regions(p.Regions...) }
