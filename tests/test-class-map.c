/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "class-map.h"
#include "cnn-test.h"

/* Where a network sees a class. After global average pooling and a dense layer the factors of
 * the maps are known: the unit's weights, divided by the number of places. */

#define NETWORK "conv 3 1x1 kernels=[[1]],[[-1]],[[2]] bias=0,0,-1 as=maps; relu as=kept; " \
                "global-avgpool; dense 2 weights=[[1,-2,0.5],[-1,1,0]] bias=3,4; softmax"

static const float picture[] = { 0.0f, 1.0f, -2.0f, 0.5f, 3.0f, -1.0f };

static float *
map_of (const char *text, guint node, guint class_number, CnnSize *size, GError **error)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);

  return cnn_class_map (network, (CnnShape) { 2, 3, 1 }, picture, node, class_number, size, error);
}

static void
test_golden (void)
{
  static const double weights[2][3] = { { 1.0, -2.0, 0.5 }, { -1.0, 1.0, 0.0 } };

  for (guint c = 0; c < 2; c++)
    for (guint node = 0; node < 3; node += 2) /* 0: the last with places, which is 2 */
      {
        CnnSize           size;
        g_autofree float *map = map_of (NETWORK, node, c, &size, NULL);

        g_assert_cmpint (size.height, ==, 2);
        g_assert_cmpint (size.width, ==, 3);
        for (int i = 0; i < 6; i++)
          {
            double x = picture[i], sum = 0.0;
            double maps[] = { MAX (x, 0.0), MAX (-x, 0.0), MAX (2.0 * x - 1.0, 0.0) };

            for (int k = 0; k < 3; k++)
              sum += weights[c][k] / 6.0 * maps[k];
            g_assert_cmpfloat_with_epsilon (map[i], MAX (sum, 0.0), 1e-6);
          }
      }
}

/* Before the activation: derivatives are those of places where it lets something through. */
static void
test_earlier (void)
{
  static const double weights[3] = { -1.0, 1.0, 0.0 };
  CnnSize             size;
  g_autofree float   *map = map_of (NETWORK, 1, 1, &size, NULL);
  double              alpha[3] = { 0.0 };

  for (int i = 0; i < 6; i++)
    {
      double x = picture[i], maps[] = { x, -x, 2.0 * x - 1.0 };

      for (int k = 0; k < 3; k++)
        alpha[k] += maps[k] > 0.0 ? weights[k] / 36.0 : 0.0;
    }
  for (int i = 0; i < 6; i++)
    {
      double x = picture[i];

      g_assert_cmpfloat_with_epsilon (
        map[i], MAX (alpha[0] * x - alpha[1] * x + alpha[2] * (2.0 * x - 1.0), 0.0), 1e-6);
    }
}

static void
refused (const char *text, guint node, guint class_number, const char *words)
{
  g_autoptr (GError) error = NULL;
  CnnSize            size;

  g_assert_null (map_of (text, node, class_number, &size, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refused (void)
{
  refused ("conv 3 1x1; global-avgpool; dense 2", 0, 0, "expected softmax");
  refused (NETWORK, 0, 2, "2 classes");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/class-map/golden", test_golden);
  g_test_add_func ("/class-map/earlier", test_earlier);
  g_test_add_func ("/class-map/refused", test_refused);
  return g_test_run ();
}
