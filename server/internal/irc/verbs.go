package irc

// verbs are the commands of clients.
var verbs map[string]*command

func init() {
	verbs = map[string]*command{
		"CAP":          {(*Client).capability, 1, always, ""},
		"AUTHENTICATE": {(*Client).authenticate, 1, always, ""},
		"NICK":         {(*Client).sayNick, 0, always, ""},
		"USER":         {(*Client).sayUser, 4, always, ""},
		"PASS":         {(*Client).sayPass, 1, always, ""},
		"PING":         {(*Client).ping, 0, always, ""},
		"PONG":         {(*Client).nothing, 0, always, ""},
		"QUIT":         {(*Client).quit, 0, always, ""},
		"REGISTER":     {(*Client).registerAccount, 3, always, ""},

		"PRIVMSG":  {(*Client).say, 0, welcomed, ""},
		"NOTICE":   {(*Client).say, 0, welcomed, ""},
		"TAGMSG":   {(*Client).tagOnly, 0, welcomed, ""},
		"NICKSERV": {(*Client).askNickServ, 0, welcomed, ""},
		"NS":       {(*Client).askNickServ, 0, welcomed, ""},

		"MOTD":    {(*Client).showMOTD, 0, welcomed, ""},
		"VERSION": {(*Client).showVersion, 0, welcomed, ""},
		"TIME":    {(*Client).showTime, 0, welcomed, ""},
		"INFO":    {(*Client).showInfo, 0, welcomed, ""},
		"ADMIN":   {(*Client).showAdmin, 0, welcomed, ""},
		"LINKS":   {(*Client).showLinks, 0, welcomed, ""},
		"STATS":   {(*Client).showStats, 1, welcomed, ""},
		"HELP":    {(*Client).help, 0, welcomed, ""},
		"HELPOP":  {(*Client).help, 0, welcomed, ""},
		"USERS":   {(*Client).users, 0, welcomed, ""},
		"SUMMON":  {(*Client).summon, 0, welcomed, ""},
		"MODE":    {(*Client).mode, 1, welcomed, ""},
		"LUSERS":  {(*Client).countUsers, 0, welcomed, ""},

		"JOIN":        {(*Client).join, 1, member, ""},
		"PART":        {(*Client).part, 1, member, ""},
		"TOPIC":       {(*Client).topic, 1, member, ""},
		"NAMES":       {(*Client).names, 0, member, ""},
		"LIST":        {(*Client).list, 0, member, ""},
		"INVITE":      {(*Client).invite, 2, member, ""},
		"KICK":        {(*Client).kick, 2, member, ""},
		"WHO":         {(*Client).who, 0, member, ""},
		"WHOIS":       {(*Client).whois, 0, member, ""},
		"WHOWAS":      {(*Client).whowas, 0, member, ""},
		"ISON":        {(*Client).ison, 1, member, ""},
		"USERHOST":    {(*Client).userhost, 1, member, ""},
		"AWAY":        {(*Client).away, 0, member, ""},
		"MONITOR":     {(*Client).monitor, 1, member, ""},
		"SETNAME":     {(*Client).setName, 1, member, ""},
		"CHATHISTORY": {(*Client).history, 1, member, ""},

		"OPER":    {(*Client).oper, 2, member, ""},
		"KILL":    {(*Client).kill, 1, member, ""},
		"WALLOPS": {(*Client).wallops, 1, member, ""},
		"REHASH":  {(*Client).noPrivileges, 0, member, ""},
		"DIE":     {(*Client).noPrivileges, 0, member, ""},
		"RESTART": {(*Client).noPrivileges, 0, member, ""},
		"SQUIT":   {(*Client).noPrivileges, 0, member, ""},
		"CONNECT": {(*Client).noPrivileges, 0, member, ""},
	}
	for name, one := range verbs {
		one.name = name
	}
}

// commandOf finds a command by its name in capitals.
func commandOf(name []byte) (one *command, ok bool) {
	one, ok = verbs[string(name)]
	return one, ok
}
