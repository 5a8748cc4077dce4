package casefile

import (
	"slices"
	"strconv"

	"lianou/core"
	"lianou/core/audit"
)

// Role is a staff role as core/staff names them. A person may have several, but
// nobody acts twice on one claim.
type Role string

// The roles that act on cases.
const (
	RoleClerk     Role = "clerk"
	RoleAssistant Role = "assistant" // 村级协理员
	RoleOfficer   Role = "officer"   // 乡镇经办
	RoleApprover  Role = "approver"  // 乡镇审批
	RoleCounty    Role = "county"
	RoleCity      Role = "city"
)

// Actor is who acts: a member of staff with roles and an area, or a job.
type Actor struct {
	Kind    string // "staff", "job", "citizen", "outside"
	Staff   core.StaffID
	Name    string // as colleagues read it
	Roles   []Role
	Regions []core.RegionCode // townships, or a county or the city as a whole
}

// JobActor is a machine at work: it may open, assess and route, and decides
// nothing.
func JobActor() Actor { return Actor{Kind: "job"} }

// Has reports whether the actor has one of the roles.
func (a Actor) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// Covers reports whether the place lies in the actor's area.
func (a Actor) Covers(region core.RegionCode) bool {
	return slices.ContainsFunc(a.Regions, func(r core.RegionCode) bool { return r.Contains(region) })
}

// Audit is the actor as the log names them.
func (a Actor) Audit() audit.Actor {
	id := ""
	if a.Staff != 0 {
		id = strconv.FormatInt(int64(a.Staff), 10)
	}
	return audit.Actor{Kind: a.Kind, ID: id}
}
