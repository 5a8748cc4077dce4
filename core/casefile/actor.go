package casefile

import (
	"slices"
	"strconv"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/staff"
)

// Role is a staff role. A person may have several, but nobody acts twice on one
// claim.
type Role = staff.Role

// The roles that act on cases.
const (
	RoleClerk     = staff.Clerk
	RoleAgent     = staff.Agent     // 12345 坐席
	RoleAssistant = staff.Assistant // 村级协理员
	RoleOfficer   = staff.Officer   // 乡镇经办
	RoleApprover  = staff.Approver  // 乡镇审批
	RoleCounty    = staff.County
	RoleCity      = staff.City
	RolePayer     = staff.Payer
)

// Actor is who acts: a member of staff with roles and an area, or a job.
type Actor struct {
	Kind    string // "staff", "job", "citizen", "outside"
	Staff   core.StaffID
	Name    string // as colleagues read it
	Roles   []Role
	Regions []core.RegionCode // townships
	Session string            // names the log-in that they act in, "" for none
	Second  staff.Second      // the second factor that was shown in it
}

// As makes an Actor of a member of staff.
func As(p staff.Person) Actor {
	return Actor{Kind: "staff", Staff: p.ID, Name: p.Name, Roles: p.Roles, Regions: p.Regions, Session: p.Session, Second: p.Second}
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
