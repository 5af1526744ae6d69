// A library that is no engine.
extern "C" int slay_something_else() {
    return 0;
}
