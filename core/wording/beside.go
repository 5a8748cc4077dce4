package wording

// SomebodyCalls is all that the sender of an application hears while nobody has
// looked whether it is the household's own: an identity number is known to whoever
// bought a list, and must not open a family's case.
const SomebodyCalls = "有人会联系您。"

// BringPapers is what the sender hears after an officer found that it is not: a
// real person always has a way.
const BringPapers = "请本人带身份证到镇上核对。走不开就打 " + Hotline + "。"
