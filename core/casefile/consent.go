package casefile

import (
	"time"

	"lianou/core"
)

// HowAgreed is by which way somebody of the household said that an item is to be filed.
type HowAgreed string

// The ways. Who fills in a form picks one of those that Asked lists; the others are known.
const (
	AgreedApplying HowAgreed = "application" // named in their own request
	AgreedPhone    HowAgreed = "phone"       // the applicant, by telephone
	AgreedDoor     HowAgreed = "door"        // the applicant, face to face
	AgreedChat     HowAgreed = "chat"        // the applicant, in WeChat
	AgreedFamily   HowAgreed = "family"      // an adult of the household, who is named
	AgreedActing   HowAgreed = "acting"      // the guardian, or who speaks for the household
	AgreedUrgent   HowAgreed = "urgent"      // an emergency in which nobody could be asked
)

// Consent is who of a household agreed to an item (家里同意), by which way and when; a zero one is of
// before this was asked.
type Consent struct {
	How HowAgreed
	Ref string // of the family's member
	At  time.Time

	Name string // of the family's member, where it is said to somebody; kept nowhere
}

// ErrNobodyAgreed is the answer to filing what nobody of the household said yes to.
var ErrNobodyAgreed = core.E(core.KindInvalid, "invalid_agreed", "请选家里谁答应的、怎么答应的。没问过,不能替他家报。")

// ErrMinorAgrees is the answer to the word of a child.
var ErrMinorAgrees = core.E(core.KindInvalid, "minor_agrees", "未满 18 岁的家人不能替家里答应。请问本人,或者家里另一位大人。")

// ErrAgeUnknown is the answer to the word of a child of whom nobody said how old they are.
var ErrAgeUnknown = core.E(core.KindInvalid, "agrees_age", "还不知道这个孩子几岁,先补上他的身份证号或者岁数。也可以问本人,或者家里另一位大人。")

// ErrNobodyActs is the answer to the word of a guardian, or of who acts, where there is neither.
var ErrNobodyActs = core.E(core.KindInvalid, "agrees_acting", "这家没有登记监护人,也没有登记代办的人。请问本人,或者家里另一位大人。")

// Picked reports whether an officer can say it of a household.
func (h HowAgreed) Picked() bool {
	switch h {
	case AgreedPhone, AgreedDoor, AgreedChat, AgreedFamily, AgreedActing:
		return true
	}
	return false
}

// Say is the way in words that stand behind 同意: "本人同意(电话里)".
func (c Consent) Say() string {
	switch c.How {
	case AgreedApplying:
		return "申请时点名的"
	case AgreedPhone:
		return "本人同意(电话里)"
	case AgreedDoor:
		return "本人同意(当面)"
	case AgreedChat:
		return "本人同意(微信里)"
	case AgreedFamily:
		if c.Name != "" {
			return "家里人" + c.Name + "同意"
		}
		return "家里人同意"
	case AgreedActing:
		return "监护人或代办的人同意"
	case AgreedUrgent:
		return "急难,来不及问"
	}
	return ""
}
