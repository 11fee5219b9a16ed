package storage

func convertFormat1(db *sqliteConn) error { return errDamaged }
