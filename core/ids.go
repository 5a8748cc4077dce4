package core

// ApplicationID names one intake (申请). It is a UUIDv7 in canonical text form,
// chosen by the gateway before the first attempt to store it, so that a retry
// after a lost answer to COMMIT carries the same name.
type ApplicationID string

// Receipt is a receipt number (回执号): nine digits and a Damm check digit,
// spoken 4-4-2. It is a name and never a secret (design.md 4).
type Receipt string

// CaseID names a case (个案): what the city does about one household's request.
type CaseID int64

// ClaimID names a claim (事项申办): one assistance item inside one case.
type ClaimID int64

// PersonID and HouseholdID name rows of the base population store (人口基础库).
type (
	PersonID    int64
	HouseholdID int64
)

// StaffID names a member of staff: agent, clerk, village assistant, officer,
// payer, auditor. 0 is nobody.
type StaffID int64

// ItemCode names an assistance item (救助事项) of the Book, such as "MZ-01".
type ItemCode string

// MemberRef names a member inside one household's facts, such as "m1". It has
// no meaning outside that household.
type MemberRef string

// ChannelName names one way people reach us, such as "hotline".
type ChannelName string

// BlobDigest is the SHA-256 of plain content, in lower-case hexadecimal. It is
// the name under which core/blob keeps that content.
type BlobDigest string
