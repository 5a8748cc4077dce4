package core

import (
	"encoding/json"
	"log/slog"
	"strings"
	"time"
)

// The three personal numbers below mask themselves wherever they are printed and
// refuse JSON: a struct that holds one cannot leak it into a log, an error or an
// answer by being encoded (security.md P23). A view masks explicitly with String;
// the few places that need the plain digits call Reveal, which a reader finds by
// name.

var errNoJSON = E(KindInternal, "unmasked_json", "")

// IDNumber is a citizen identity number (公民身份号码), GB 11643-1999: eighteen
// characters with a valid calendar date and check character. The zero value is
// "not known".
type IDNumber struct{ s secret }

// ParseID accepts eighteen characters, lower-case x, and surrounding or inner
// spaces. It checks the birth date (real, not after `today`, age at most 130) and
// the ISO 7064 MOD 11-2 character, and accepts every address code, because old
// and unknown codes are on real cards (domain.md 7.1). Errors are KindInvalid.
func ParseID(s string, today Date) (IDNumber, error) {
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	bad := func(say string) (IDNumber, error) { return IDNumber{}, Invalid("id_number", say) }
	if len(s) != 18 {
		return bad("身份证号是 18 位,请对着身份证再看一遍。")
	}
	for i := 0; i < 17; i++ {
		if s[i] < '0' || s[i] > '9' {
			return bad("身份证号前 17 位都是数字,请再看一遍。")
		}
	}
	born, err := time.Parse("20060102", s[6:14])
	if err != nil {
		return bad("身份证号里的出生日期不对,请再看一遍。")
	}
	birth := NewDate(born.Date())
	if birth > today || birth.Age(today) > 130 {
		return bad("身份证号里的出生日期不对,请再看一遍。")
	}
	if IDCheckDigit(s[:17]) != s[17] {
		return bad("身份证号有一位不对,请对着身份证再看一遍。")
	}
	return IDNumber{hide(s)}, nil
}

// IDCheckDigit computes the check character of the first seventeen digits.
func IDCheckDigit(first17 string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(first17[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// Widen15 turns a fifteen-digit number issued before 1999 into its eighteen-digit
// form, for look-up only. Errors are KindInvalid.
func Widen15(s string, today Date) (IDNumber, error) {
	s = strings.TrimSpace(s)
	if len(s) != 15 || strings.Trim(s, "0123456789") != "" {
		return IDNumber{}, Invalid("id_number", "老身份证号是 15 位数字。")
	}
	wide := s[:6] + "19" + s[6:]
	return ParseID(wide+string(IDCheckDigit(wide)), today)
}

// Birth is the day of birth the number states.
func (n IDNumber) Birth() Date {
	if n.IsZero() {
		return 0
	}
	t, _ := time.Parse("20060102", n.s.plain()[6:14]) // ParseID saw that it is a date
	return NewDate(t.Date())
}

// Male reports the sex the number states: odd sequence numbers are male.
func (n IDNumber) Male() bool { return !n.IsZero() && (n.s.plain()[16]-'0')%2 == 1 }

// IsZero reports whether no number is known.
func (n IDNumber) IsZero() bool { return n.s == (secret{}) }

// Reveal gives the plain number, for sealing, blind indexes and outside
// verifiers only.
func (n IDNumber) Reveal() string { return n.s.plain() }

// Last4 gives the last four characters, the share a person says on the phone.
func (n IDNumber) Last4() string { return tail(n.s.plain(), 4) }

func (n IDNumber) String() string {
	s := n.s.plain()
	if s == "" {
		return ""
	}
	return s[:4] + "**********" + s[14:]
}

// LogValue masks the number in logs.
func (n IDNumber) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON always fails: see the note at the top of this file.
func (n IDNumber) MarshalJSON() ([]byte, error) { return nil, errNoJSON }

// Phone is a telephone number as dialled inside China: a mobile of eleven digits
// or a landline with its area code, digits only. The zero value is "not known".
type Phone struct{ s secret }

// ParsePhone accepts +86, 0086, spaces, hyphens and brackets. Errors are
// KindInvalid.
func ParsePhone(s string) (Phone, error) {
	s = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "\uff08", "", "\uff09", "").Replace(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086")
	mobile := len(s) == 11 && s[0] == '1' && s[1] >= '3'
	landline := len(s) >= 10 && len(s) <= 12 && s[0] == '0' && s[1] != '0'
	if strings.Trim(s, "0123456789") != "" || (!mobile && !landline) {
		return Phone{}, Invalid("phone", "电话号码不对。手机是 11 位,座机要带区号,例如 0534-2612345。")
	}
	return Phone{hide(s)}, nil
}

// IsZero reports whether no number is known.
func (p Phone) IsZero() bool { return p.s == (secret{}) }

// Reveal gives the plain digits, for sealing, dialling and sending only.
func (p Phone) Reveal() string { return p.s.plain() }

// Mobile reports whether the number can receive a text message.
func (p Phone) Mobile() bool { s := p.s.plain(); return len(s) == 11 && s[0] == '1' }

func (p Phone) String() string {
	s := p.s.plain()
	if len(s) < 8 {
		return ""
	}
	return s[:3] + "****" + tail(s, 4)
}

// LogValue masks the number in logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON always fails: see the note at the top of this file.
func (p Phone) MarshalJSON() ([]byte, error) { return nil, errNoJSON }

// BankAccount is a bank card or account number, twelve to twenty digits. The zero
// value is "not known".
type BankAccount struct{ s secret }

// ParseBankAccount accepts digits with spaces; cards of sixteen digits and more
// must pass the Luhn check (ISO/IEC 7812-1). Errors are KindInvalid.
func ParseBankAccount(s string) (BankAccount, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if len(s) < 12 || len(s) > 20 || strings.Trim(s, "0123456789") != "" || (len(s) >= 16 && !luhn(s)) {
		return BankAccount{}, Invalid("bank_account", "银行卡号有一位不对,请对着卡再看一遍。")
	}
	return BankAccount{hide(s)}, nil
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// IsZero reports whether no account is known.
func (a BankAccount) IsZero() bool { return a.s == (secret{}) }

// Reveal gives the plain digits, for sealing and the bank file only.
func (a BankAccount) Reveal() string { return a.s.plain() }

// Last4 gives the tail that notices print.
func (a BankAccount) Last4() string { return tail(a.s.plain(), 4) }

func (a BankAccount) String() string {
	if a.IsZero() {
		return ""
	}
	return "****" + a.Last4()
}

// LogValue masks the number in logs.
func (a BankAccount) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON always fails: see the note at the top of this file.
func (a BankAccount) MarshalJSON() ([]byte, error) { return nil, errNoJSON }

var (
	_ json.Marshaler = IDNumber{}
	_ json.Marshaler = Phone{}
	_ json.Marshaler = BankAccount{}
)

func tail(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[len(s)-n:]
}
