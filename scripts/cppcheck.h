/* cppcheck reads no system header; these macros are grammar to it. A statement in an expression is none. */
#define PICK_(a, op, b) ((a) op (b) ? (a) : (b))
#define LIST_HEAD(name, type) struct name { struct type *lh_first; }
#define LIST_ENTRY(type) struct { struct type *le_next, **le_prev; }
#define SLIST_HEAD(name, type) struct name { struct type *slh_first; }
#define SLIST_ENTRY(type) struct { struct type *sle_next; }
#define RB_HEAD(name, type) struct name { struct type *rbh_root; }
#define RB_ENTRY(type) struct { struct type *rbe_left, *rbe_right, *rbe_parent; int rbe_color; }
#define RB_PROTOTYPE_STATIC(name, type, field, cmp)
#define RB_GENERATE_STATIC(name, type, field, cmp)
#define LIST_FOREACH(v, h, f) for ((v) = (h)->lh_first; (v); (v) = (v)->f.le_next)
#define SLIST_FOREACH(v, h, f) for ((v) = (h)->slh_first; (v); (v) = (v)->f.sle_next)
#define RB_FOREACH(v, n, h) for ((v) = n##_next(h, 0); (v); (v) = n##_next(h, v))
#define RB_FOREACH_SAFE(v, n, h, t) for ((v) = n##_next(h, 0); (v) && ((t) = n##_next(h, v), 1); (v) = (t))
#define RB_FOREACH_FROM(v, n, t) for (; (v); (v) = n##_next(0, v))
