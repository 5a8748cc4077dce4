package e2e

import (
	"strings"

	"lianou/core"
)

// helps has the person invite somebody, who accepts on a telephone of their own by the code
// that was read out; both see it, and the person takes it back.
func (m mini) helps() {
	m.t.Helper()
	const first17 = "37142419610412031"
	m.Open(m.at + "/?person=mini&page=pages/invite/index")
	m.Wait("帮您的是谁?")
	m.TapOn("邻居、亲戚、托付的人")
	m.Fill(`input[aria-label="您的姓名,照身份证写"]`, "魏来福")
	m.Fill(`input[aria-label="您的身份证号"]`, first17+string(core.IDCheckDigit(first17)))
	m.judge("invite")
	m.TapOn("要一个代办码")
	m.Wait("念给帮您的人")
	m.judge("invite-code")
	code := strings.ReplaceAll(m.Text(".helper-code"), " ", "")

	n := opens(m.t, "minihelper", "董玉芹", "37142419700226102", "13705348063")
	n.TapOn("我要求助")
	n.TapOn("用微信登录")
	n.Wait("登录好了")
	n.Open(n.at + "/?person=minihelper&page=pages/accept/index")
	n.Wait("请他在电话里把代办码念给您")
	n.Fill(`input[aria-label="代办码,8 位数字"]`, code)
	n.Fill(`input[aria-label="他的姓名,照身份证写"]`, "魏来福")
	n.judge("accept")
	n.TapOn("看看要我办什么")
	n.Wait("替 魏来福 办")
	n.Fill(`input[aria-label="您自己的姓名"]`, "董玉芹")
	n.judge("accept-offer")
	n.TapOn("接下,替他办")
	n.Wait("从现在起您可以替魏来福办")
	n.TapOn("看看我替谁办")
	n.Wait("魏来福")
	n.judge("acting-helper")
	n.Open(n.at + "/?person=minihelper&page=pages/mine/index")
	n.Wait("点开看每一步")
	n.Quiet()

	m.TapOn("看看谁替我办")
	m.Wait("董玉芹")
	m.judge("acting-invited")
	m.TapOn("不让 董玉芹 替办了")
	m.Wait("要收回吗")
	m.judge("acting-end")
	m.TapOn("收回")
	m.Wait("从现在起就不能再替着办")
	n.Open(n.at + "/?person=minihelper&page=pages/mine/index")
	n.Until("the helper sees nothing of it any more", `!document.body.innerText.includes("点开看每一步")`)
}
