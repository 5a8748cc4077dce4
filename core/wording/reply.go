package wording

import "lianou/core"

// SavedOffline is said when what a person filled in is kept on their own device
// and goes out by itself. Only a client that really keeps it may say so.
func SavedOffline() string {
	return "现在网络忙,您填的都存着。过一会儿自动发出,不用重填。"
}

// TakenNotYetFiled is said after a 202: the number is given, the desk follows.
func TakenNotYetFiled(r core.Receipt) string {
	return "已收到,正在登记。回执号 " + GroupReceipt(r) + ",请记一下。"
}

// ReceiptText is what a receipt prints or shows under its number.
func ReceiptText(r core.Receipt, township string, day core.Date) string {
	where := "归哪个镇办,我们马上告诉您。"
	if township != "" {
		where = "归" + township + "办。"
	}
	return "回执号 " + GroupReceipt(r) + "。" + day.Say() + "收到。" + where + "问进度打 " + Hotline + ",报这个号。" + Promise
}

// SayReceiptTwice reads a receipt number on the phone, twice.
func SayReceiptTwice(r core.Receipt) string {
	n := SayReceipt(r)
	return "请您记一个号。" + n + "。再说一遍。" + n + "。"
}

// PhotoID asks for the pictures of the identity card.
func PhotoID() string { return "拍一下身份证的两面,确认是您本人。" }

// CodeSent answers a request for a log-in code. It is the same whether or not we
// know the number, so that nobody learns who has asked for help.
func CodeSent() string { return "登录码发到这个手机了,5 分钟内填上。" }

// WrongPair answers a receipt and four characters that do not belong together, and
// does not say which of them it was.
func WrongPair() string {
	return "没有查到。回执号和身份证后四位,有一个不对。打 " + Hotline + " 也能查。"
}

// For is what a citizen is told about an error that carries no sentence of its
// own. It blames nobody and promises only what is true.
func For(kind core.Kind) string {
	switch kind {
	case core.KindInvalid:
		return "有一项没填对,请看标红的地方。"
	case core.KindUnauthenticated:
		return "请重新登录一下,填过的还在。"
	case core.KindForbidden:
		return "这里您看不了。要查自己的事,打 " + Hotline + "。"
	case core.KindNotFound:
		return "没找到。请把号码再对一遍。"
	case core.KindConflict:
		return "这件事刚有人改过。请刷新再看一眼。"
	case core.KindTooLarge:
		return "文件太大了。请换一张小些的照片。"
	case core.KindTooMany:
		return "点得太快了,歇一分钟再来。"
	case core.KindUnsupported:
		return "这种文件看不了。照片请用 JPG 或 PNG。"
	case core.KindUnavailable:
		return "现在网络忙,过几分钟再来。急事打 " + Hotline + "。"
	}
	return "我们这边出了点问题,正在修。您可以再试一次,也可以打 " + Hotline + "。"
}
