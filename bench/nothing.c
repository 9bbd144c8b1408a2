/* The least program: bench/run times it from start to exit. */
int main(void)
{
    return 0;
}
