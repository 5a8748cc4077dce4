package export

import "lianou/core"

// Purpose is what a file is for (用途): said by who makes it, read by who agrees to it, and written
// into the file and the log. The list is closed, so that nobody's name gets into it.
type Purpose string

// The purposes.
const (
	Reconcile Purpose = "reconcile"
	Above     Purpose = "above"
	Check     Purpose = "check"
	Audit     Purpose = "audit"
	Meeting   Purpose = "meeting"
)

// Purposes are all of them, in the order of a form.
func Purposes() []Purpose { return []Purpose{Reconcile, Above, Check, Meeting, Audit} }

// Word says a purpose, "" for none that there is.
func (p Purpose) Word() string {
	return map[Purpose]string{Reconcile: "和银行、财政对账", Above: "报给上级部门", Check: "逐户核对", Audit: "审计抽查", Meeting: "开会讨论"}[p]
}

// ErrPurpose is for who did not say what for.
var ErrPurpose = core.Invalid("purpose", "请选这份文件拿去做什么。")
