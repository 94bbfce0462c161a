@main struct Tom { static func main() { print("tom") } }
