// Every text of the page, in both languages. {0} and {1} are filled in.
const table = {
  title: ["群管 · 演示", "qunguan · demo"],
  brand: ["企业微信群管理机器人", "WeCom group admin bot"],
  banner: ["演示：内嵌 Redis（内存），退出即忘", "Demo: embedded Redis (in memory), forgotten on exit"],
  language: ["EN", "中文"],
  languageLabel: ["Switch to English", "切换到中文"],
  skip: ["跳到输入框", "Skip to the message box"],
  live: ["已连接", "Connected"],
  lost: ["连接断开，正在重连…", "Connection lost, reconnecting…"],
  as: ["以谁的身份", "Speak as"],
  staff: ["同事", "Staff"],
  customers: ["客户", "Customers"],
  people: ["人物", "People"],
  conversations: ["会话", "Chats"],
  chat: ["聊天", "Chat"],
  messages: ["聊天记录", "Messages"],
  side: ["权限与日志", "Rights and journal"],
  sections: ["分区", "Sections"],
  rights: ["权限", "Rights"],
  journal: ["日志", "Journal"],
  ofGroup: ["看哪个群", "Which group"],
  suggestions: ["常用命令", "Suggested commands"],
  input: ["输入消息", "Message"],
  send: ["发送", "Send"],
  newer: ["↓ 有新消息", "↓ New messages"],
  kindCustomer: ["客户群", "Customer"],
  kindApp: ["应用群", "App group"],
  kindBot: ["机器人群", "Bot group"],
  kindDirect: ["私聊", "Direct"],
  directApp: ["群管（应用）", "qunguan (app)"],
  directBot: ["群管（智能机器人）", "qunguan (smart bot)"],
  bot: ["群管", "qunguan"],
  nMembers: ["{0} 人", "{0} members"],
  members: ["群成员", "Members"],
  close: ["关闭", "Close"],
  owner: ["群主", "Owner"],
  superAdmin: ["超级管理员", "Owner"],
  native: ["企微管理员", "WeCom admin"],
  customer: ["客户", "Customer"],
  makeAdmin: ["设为管理员", "Make admin"],
  endAdmin: ["取消管理员", "End admin"],
  positionOf: ["{0} 在通讯录里的职位", "Position of {0} in the address book"],
  remove: ["移出", "Remove"],
  invite: ["邀请", "Invite"],
  notIn: ["不在群里", "Not in this group"],
  clientNote: [
    "这里是企业微信客户端自己的操作。改管理员没有事件通知，机器人要重新读取群才知道。",
    "These are WeCom's own actions. No event tells a bot about a new admin; it has to re-read the group.",
  ],
  ownerOnly: ["只有群主能改管理员（最多 {0} 位）。", "Only the owner can change admins (at most {0})."],
  empty: ["还没有消息。试试下面的命令。", "No messages yet. Try one of the commands below."],
  emptyMute: ["还没有消息。", "No messages yet."],
  thinking: ["群管正在处理…", "qunguan is working…"],
  picture: ["图片，{0}×{1}", "Picture, {0}×{1}"],
  pictureShort: ["图片", "Picture"],
  enlarge: ["点按看大图", "Tap to enlarge"],
  recalled: ["群管撤回了一条消息", "qunguan took a message back"],
  pushed: ["应用消息", "App message"],
  placeholderBot: ["给群管发命令，例如 /帮助。Enter 发送，Shift+Enter 换行", "A command for qunguan, e.g. /help. Enter sends, Shift+Enter breaks the line"],
  placeholderShort: ["给群管发命令，如 /帮助", "A command, e.g. /help"],
  placeholderPlain: ["在群里说点什么", "Say something to the group"],
  atOn: ["正在 @群管，点一下改为普通发言", "Mentions the bot; press to just talk"],
  atOff: ["普通发言，机器人听不见；点一下 @群管", "Just talking, the bot cannot hear; press to mention it"],
  hintCustomer: [
    "你现在是客户。客户群里没有机器人，这里的话只有群成员看得见。",
    "You are a customer. No bot can be in a customer group; only its members see what you write.",
  ],
  hintGroup: [
    "客户群不能加机器人（企业微信的限制），群管听不见这里的话。管理命令请发到：",
    "A customer group cannot hold a bot (a limit of WeCom), so qunguan hears nothing here. Give commands in:",
  ],
  hintApp: [
    "企业微信不把应用群里的消息推给应用，群管听不见这里的话。管理命令请发到：",
    "WeCom does not pass messages of app groups on, so qunguan hears nothing here. Give commands in:",
  ],
  hintMurmur: ["没有 @群管，机器人听不见这条消息。", "Without a mention the smart bot does not hear this."],
  goAs: ["换成 {0}，到「{1}」", "As {0}, in “{1}”"],
  goDirect: ["私聊群管", "Direct message"],
  undelivered: ["没有送达：机器人答复 {0}（企业微信已试 3 次）", "Not delivered: the bot answered {0} (three attempts)"],
  failed: ["没有成功：{0}", "That did not work: {0}"],
  pressedYou: ["你已选择「{0}」", "You chose “{0}”"],
  pressedBy: ["{0} 已选择「{1}」", "{0} chose “{1}”"],
  noRights: ["这个群还没有管理员。在机器人群里发 {0} 试试。", "This group has no admins yet. Try {0} in a bot group."],
  noSide: ["暂时读不到，稍后自动重试。", "Cannot be read right now; retrying."],
  noJournal: ["还没有记录。每一次授权、处置和拒绝都会记在这里。", "Nothing yet. Every grant, every action and every refusal is written here."],
  pickGroup: ["选择一个群来看它的权限。", "Choose a group to see its rights."],
  admins: ["管理员", "Admins"],
  matrix: ["权限表", "Who may what"],
  mutes: ["禁言中", "Muted"],
  until: ["到 {0}", "until {0}"],
  always: ["长期", "No end"],
  source: ["来源：{0}", "From: {0}"],
  may: ["可以", "may"],
  mayNot: ["不可以", "may not"],
  item: ["权限", "Right"],
  done: ["已执行", "Done"],
  refused: ["已拒绝", "Refused"],
  expired: ["已过期", "Expired"],
  outcomeFailed: ["失败", "Failed"],
  outcomePending: ["待完成", "Pending"],
  itself: ["群管（自动）", "qunguan (by itself)"],
  rule: ["规则", "Rule"],
  senior: ["高级", "Senior"],
  recorded: ["已记录", "recorded"],
  waiting: ["待群主操作", "waiting for the owner"],
  claimed: ["群主称已办", "done by the owner's word"],
  verified: ["已生效", "in force"],
  not_verified: ["未生效", "not in force"],
  not_verifiable: ["无法核实", "cannot be verified"],
  mid: ["中级", "Mid"],
  junior: ["普通", "Junior"],
  supervisor: ["客服主管", "Supervisor"],
  sales: ["销售代表", "Sales"],
  operations: ["运营专员", "Operations"],
  unread: ["{0} 有新消息", "{0} has new messages"],
};

let lang = "zh";

export function setLanguage(l) {
  lang = l === "en" ? "en" : "zh";
}

export function language() {
  return lang;
}

export function t(key, ...args) {
  const entry = table[key];
  if (!entry) return key;
  return entry[lang === "en" ? 1 : 0].replace(/\{(\d)\}/g, (_, i) => args[i] ?? "");
}

export function known(key) {
  return key in table;
}

// Suggested commands, by where one is: [Chinese, English]. @A is somebody to promote, @B somebody to silence.
export const chips = {
  group: [
    ["/帮助", "/help"],
    ["谁在值班", "/duty"],
    ["/设管理 @A 中级 7天 国庆值班", "/admin add @A mid for 7d holiday cover"],
    ["/禁言 @B 30分钟 刷屏", "/mute @B 30m spamming"],
    ["/我的权限", "/whoami"],
    ["/权限表", "/matrix"],
    ["/审计", "/audit"],
    ["/撤销", "/undo"],
  ],
  direct: [
    ["/帮助", "/help"],
    ["/选群 G", "/use G"],
    ["谁在值班", "/duty"],
    ["/设管理 @A 中级 7天 国庆值班", "/admin add @A mid for 7d holiday cover"],
    ["/禁言 @B 30分钟 刷屏", "/mute @B 30m spamming"],
    ["/权限表", "/matrix"],
    ["/权限检测", "/check"],
    ["/预演 今天 后天", "/rehearse today tomorrow"],
    ["/审计", "/audit"],
    ["/撤销", "/undo"],
  ],
  newcomer: [
    ["/帮助", "/help"],
    ["/我的权限", "/whoami"],
    ["谁在值班", "/duty"],
    ["/申请 禁言 1天 帮忙盯群", "/request mute for 1d helping out"],
    ["/禁言 @B 30分钟 刷屏", "/mute @B 30m spamming"],
    ["/管理员", "/admin list"],
  ],
};
