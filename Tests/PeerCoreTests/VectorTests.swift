import PeerCore
import Testing

@Test func aTimestampKeepsItsLexeme() {
  #expect(Lexeme(1744007783.0).json == "1744007783.0")
}
